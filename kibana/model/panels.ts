import type { Measurement } from '../../activities/contracts/measurement';
import { percentileMetrics, type Bucket, type Panel } from './panel';
import { SOURCES } from './source';

export const FULL_WIDTH = 48;
const LOW = 11;
const HIGH = 14;

const WINDOW_TIME: Bucket = { by: 'time', field: SOURCES.windows.timeField, label: 'Time' };

const PIPELINE: Bucket = { by: 'value', field: 'provenance.pipeline', label: 'Pipeline', type: 'string', size: 10 };

const volume: Panel = {
  id: 'volume',
  kind: 'columns',
  title: 'Readings over time',
  description: 'Indexed readings by event time, stacked by pipeline.',
  source: 'readings',
  x: { by: 'time', field: SOURCES.readings.timeField, label: 'Time of reading' },
  split: PIPELINE,
  metrics: [{ of: 'count', label: 'Readings' }],
  ...{ width: FULL_WIDTH / 2, height: LOW },
};

const latency: Panel = {
  id: 'latency',
  kind: 'lines',
  title: 'End-to-end latency',
  description: 'Time from publication to Kafka to indexing; a replay is measured again.',
  source: 'readings',
  x: { by: 'time', field: SOURCES.readings.timeField, label: 'Time of reading' },
  metrics: percentileMetrics('provenance.latencyMs', 'ms', [50, 95, 99]),
  ...{ width: FULL_WIDTH / 2, height: LOW },
};

const anomalies: Panel = {
  id: 'anomalies',
  kind: 'table',
  title: 'Anomalies',
  description:
    'Windows with an outlier, the devices with the highest score first. ' +
    'The score is the distance of a reading from the mean of the others, in their standard deviations.',
  source: 'windows',
  where: 'anomaly.isAnomaly',
  rows: [
    { by: 'value', field: 'deviceId', label: 'Device', type: 'string', size: 20 },
    { by: 'value', field: 'anomaly.measurement', label: 'Measurement', type: 'string', size: 20 },
    { by: 'time', field: SOURCES.windows.timeField, label: 'Time' },
  ],
  metrics: [
    { of: 'max', field: 'anomaly.score', label: 'Highest score' },
    { of: 'count', label: 'Windows' },
  ],
  ...{ width: 20, height: HIGH },
};

const deadLetters: Panel = {
  id: 'dead-letters',
  kind: 'bars',
  title: 'Dead letters by reason and stage',
  description: 'Records that could not be processed. They have no device, so a device filter excludes all of them.',
  source: 'deadLetters',
  x: { by: 'value', field: 'reason', label: 'Reason', type: 'string', size: 20 },
  split: { by: 'value', field: 'stage', label: 'Stage', type: 'string', size: 3 },
  metrics: [{ of: 'count', label: 'Dead letters' }],
  ...{ width: 14, height: HIGH },
};

const words: Panel = {
  id: 'words',
  kind: 'bars',
  title: 'Top words',
  description: 'Number of readings whose text contains a word, without stop words.',
  source: 'readings',
  x: { by: 'value', field: 'words', label: 'Word', type: 'string', size: 20 },
  metrics: [{ of: 'count', label: 'Readings' }],
  ...{ width: 14, height: HIGH },
};

const runs: Panel = {
  id: 'runs',
  kind: 'table',
  title: 'Last runs',
  description:
    'Completed runs, the latest first, and whether they were reconciled by id. ' +
    'A flood is a number of dead letters above the limit of the run.',
  source: 'runs',
  rows: [
    { by: 'value', field: 'run', label: 'Run', type: 'string', size: 20 },
    { by: 'value', field: 'name', label: 'Pipeline', type: 'string', size: 1 },
    { by: 'value', field: 'reconciled', label: 'Reconciled', type: 'boolean', size: 1 },
  ],
  metrics: [
    { of: 'max', field: 'startedAt', label: 'Started', type: 'date' },
    { of: 'max', field: 'durationMs', label: 'Duration', unit: 'ms' },
    { of: 'max', field: 'proof.published', label: 'Published' },
    { of: 'max', field: 'proof.indexed', label: 'Indexed' },
    { of: 'max', field: 'proof.deadLetters', label: 'Dead letters' },
    { of: 'max', field: 'deadLetterFlood.deadLetters', label: 'Flood' },
  ],
  ...{ width: FULL_WIDTH, height: HIGH },
};

/** Returns the panels of one measurement. */
function measurementPanels({ name, unit }: Measurement): readonly Panel[] {
  const title = titleOf(name);
  const size = { width: FULL_WIDTH / 3, height: LOW };
  return [
    {
      id: `${kebab(name)}-range`,
      kind: 'lines',
      title: `${title}: average, minimum, maximum (${unit})`,
      description: 'Over the windows of all devices. The average is not weighted by the number of readings.',
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
      description: 'Percentiles of single readings, estimated by t-digest.',
      source: 'readings',
      x: { by: 'time', field: SOURCES.readings.timeField, label: 'Time' },
      metrics: percentileMetrics(name, unit, [50, 5, 95]),
      ...size,
    },
    {
      id: `${kebab(name)}-by-device`,
      kind: 'heat-map',
      title: `${title} by device (${unit})`,
      description: 'Average of the windows, for the 20 devices with the highest average.',
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

/** Returns every panel in reading order; Kibana's dashboard, the searches and the page's charts derive from them. */
export function panelsOf(measurements: readonly Measurement[]): readonly Panel[] {
  return [volume, latency, ...measurements.flatMap(measurementPanels), anomalies, deadLetters, words, runs];
}
