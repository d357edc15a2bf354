import type { Measurement } from '../../activities/contracts/measurement';
import { percentileMetrics, type Bucket, type Panel } from './panel';
import { SOURCES } from './source';

const WIDTH = 16;
const HEIGHT = 11;

const WINDOW_TIME: Bucket = { by: 'time', field: SOURCES.windows.timeField, label: 'Time' };

/** The panels that each measurement has of its own. */
export function measurementPanels({ name, unit }: Measurement): readonly Panel[] {
  const title = titleOf(name);
  const size = { width: WIDTH, height: HEIGHT };
  return [
    {
      id: `${kebab(name)}-range`,
      kind: 'lines',
      title: `${title}: average, minimum, maximum (${unit})`,
      description: 'Over the windows of all devices; the average is that of the windows, whatever they hold.',
      source: 'windows',
      x: WINDOW_TIME,
      metrics: [
        { of: 'average', field: `${name}.mean`, label: 'Average', unit },
        { of: 'min', field: `${name}.min`, label: 'Minimum', unit },
        { of: 'max', field: `${name}.max`, label: 'Maximum', unit },
      ],
      ...size,
    },
    {
      id: `${kebab(name)}-percentiles`,
      kind: 'lines',
      title: `${title}: percentiles (${unit})`,
      description: 'Of single readings, estimated by t-digest.',
      source: 'readings',
      x: { by: 'time', field: SOURCES.readings.timeField, label: 'Time' },
      metrics: percentileMetrics(name, unit, [50, 5, 95]),
      ...size,
    },
    {
      id: `${kebab(name)}-by-device`,
      kind: 'heat-map',
      title: `${title} by device (${unit})`,
      description: 'Average of the windows of the 20 devices with the highest one.',
      source: 'windows',
      x: WINDOW_TIME,
      y: { by: 'value', field: 'deviceId', label: 'Device', type: 'string', size: 20 },
      metrics: [{ of: 'average', field: `${name}.mean`, label: 'Average', unit }],
      ...size,
    },
  ];
}

/** `soilMoisture` → `soil-moisture` */
function kebab(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `soilMoisture` → `Soil moisture` */
function titleOf(camelCase: string): string {
  const words = kebab(camelCase).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
