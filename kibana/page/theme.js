/** Returns Vega's colours and fonts from the current style of the page, light or dark. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const color = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  const colors = (/** @type {string} */ name) => color(name).split(/,\s*/);
  const [series, ramp] = [colors('series'), colors('ramp')];
  const text = { labelColor: color('muted'), titleColor: color('muted'), labelFontSize: 11, titleFontSize: 11 };
  const quiet = { gridColor: color('line'), domainColor: color('line'), tickColor: color('line') };
  return {
    background: 'transparent',
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: { ...text, ...quiet, titleFontWeight: 'normal', titlePadding: 6 },
    axisY: { labelLimit: 150 },
    axisDiscrete: { labelFontSize: 10, ticks: false, domain: false },
    axisTemporal: { grid: false, labelOverlap: 'greedy', labelSeparation: 6, tickCount: 6 },
    axisQuantitative: { tickCount: 5, domain: false, ticks: false },
    legend: {
      ...text,
      titleFontWeight: 'normal',
      orient: 'top',
      symbolSize: 60,
      labelLimit: 140,
      offset: 6,
      gradientThickness: 10,
    },
    bar: { color: series[0] },
    rect: { color: series[0] },
    line: { color: series[0], strokeWidth: 1.8 },
    range: { category: series, ramp, heatmap: ramp },
  };
}
