import Ajv from 'ajv';
import schema from 'vega-lite/vega-lite-schema.json';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { renderPanel } from '../../../kibana/charts/rendered-panel';
import { bucketsOf, type Panel } from '../../../kibana/model/panel';
import type { PanelRow } from '../../../kibana/model/panel-search';
import { panelsOf } from '../../../kibana/model/panels';

const FROM = Date.parse('2031-02-03T00:00:00Z');
const HOUR_MS = 3_600_000;
const RANGE = { fromMs: FROM + 1, toMs: FROM + 3 * HOUR_MS, intervalMs: HOUR_MS };

const panels = panelsOf(DEFAULT_MEASUREMENTS);
const isValid = new Ajv({ strict: false, validateFormats: false }).compile(schema);

function panel(id: string): Panel {
  const found = panels.find((each) => each.id === id);
  if (found === undefined) throw new Error(`expected a panel ${id}`);
  return found;
}

/** One row, of whatever buckets and metrics the panel has. */
function anyRows(each: Panel): PanelRow[] {
  const keys = bucketsOf(each).map(({ by }) => (by === 'time' ? FROM : 'some'));
  return [{ keys, values: each.metrics.map((_, index) => index + 1) }];
}

const charts = panels.filter(({ kind }) => kind !== 'table');
const HOURLY: PanelRow[] = [3, null, 1].map((value, hour) => ({
  keys: [FROM + hour * HOUR_MS],
  values: [value, 1, 9],
}));

describe('a rendered panel', () => {
  it.each(charts.map((each) => [each.id, each] as const))('%s is valid Vega-Lite', (_id, each) => {
    const { spec } = renderPanel(each, anyRows(each), RANGE);
    isValid(spec);
    expect(isValid.errors ?? []).toEqual([]);
  });

  it.each(charts.map((each) => [each.id, each] as const))('%s names its unit or what it counts', (_id, each) => {
    const [{ label, unit }] = each.metrics;
    const { spec, columns } = renderPanel(each, anyRows(each), RANGE);
    expect(JSON.stringify(spec?.encoding)).toContain(`"title":"${unit ?? label}"`);
    expect(columns).toHaveLength(bucketsOf(each).length + each.metrics.length);
  });

  it('is not a chart if it is a table', () => {
    expect(renderPanel(panel('runs'), anyRows(panel('runs')), RANGE)).toMatchObject({
      spec: null,
      summary: 'Table of 1 row.',
    });
  });

  it('draws every value once, in its series and time bucket', () => {
    const { spec } = renderPanel(panel('temperature-range'), HOURLY, RANGE);
    expect(spec?.data.values).toHaveLength(9);
    expect(spec?.data.values[0]).toEqual({ x: FROM, x2: FROM + HOUR_MS, series: 'Average', value: 3 });
    expect(spec?.data.values[3]).toEqual({ x: FROM + HOUR_MS, x2: FROM + 2 * HOUR_MS, series: 'Average', value: null });
  });

  it('covers whole buckets', () => {
    const { spec } = renderPanel(panel('temperature-range'), HOURLY, RANGE);
    expect(JSON.stringify(spec?.encoding)).toContain(`[${FROM}, ${FROM + 3 * HOUR_MS}]`);
  });

  it('describes a line chart in words', () => {
    expect(renderPanel(panel('temperature-range'), HOURLY, RANGE).summary).toBe(
      'Line chart from 2031-02-03 00:00 UTC to 2031-02-03 03:00 UTC in steps of 1 hour. ' +
        'Average: lowest 1 °C, highest 3 °C at 2031-02-03 00:00 UTC; ' +
        'Minimum: lowest 1 °C, highest 1 °C at 2031-02-03 00:00 UTC; ' +
        'Maximum: lowest 9 °C, highest 9 °C at 2031-02-03 00:00 UTC.',
    );
  });

  it('describes the first of many bars in words', () => {
    const rows = Array.from({ length: 10 }, (_, index) => ({ keys: [`word${index}`], values: [1_000 - index] }));
    expect(renderPanel(panel('words'), rows, RANGE).summary).toMatch(
      /^Bar chart\. word0, Readings: 1,000; .*word7, Readings: 993; and 2 more\.$/,
    );
  });

  it('says that there is no data', () => {
    expect(renderPanel(panel('words'), [], RANGE).summary).toBe('No documents.');
  });
});
