import type { Measurement } from '../../activities/contracts/measurement';
import { measurementPanels } from './measurement-panels';
import { percentileMetrics, type Bucket, type Panel } from './panel';
import { SOURCES } from './source';

const WHOLE = 48;
const LOW = 11;
const HIGH = 14;

const PIPELINE: Bucket = { by: 'value', field: 'provenance.pipeline', label: 'Pipeline', type: 'string', size: 10 };

const volume: Panel = {
  id: 'volume',
  kind: 'columns',
  title: 'Readings over time',
  description: 'Indexed readings by the time they were taken, stacked by pipeline.',
  source: 'readings',
  x: { by: 'time', field: SOURCES.readings.timeField, label: 'Time of reading' },
  split: PIPELINE,
  metrics: [{ of: 'count', label: 'Readings' }],
  ...{ width: WHOLE / 2, height: LOW },
};

const latency: Panel = {
  id: 'latency',
  kind: 'lines',
  title: 'End-to-end latency',
  description: 'From being published to Kafka to being sent to the index; a replay counts anew.',
  source: 'readings',
  x: { by: 'time', field: SOURCES.readings.timeField, label: 'Time of reading' },
  metrics: percentileMetrics('provenance.latencyMs', 'ms', [50, 95, 99]),
  ...{ width: WHOLE / 2, height: LOW },
};

const anomalies: Panel = {
  id: 'anomalies',
  kind: 'table',
  title: 'Anomalies',
  description:
    'Windows with a reading that stands out of the others, the most unlikely devices first. ' +
    'The score is its distance from the mean of the others in their standard deviations.',
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
  description: 'Records that could not be used. They name no device, so choosing one leaves none here.',
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
  description: 'In how many readings a word stands in the text; stop words are left out.',
  source: 'readings',
  x: { by: 'value', field: 'words', label: 'Word', type: 'string', size: 20 },
  metrics: [{ of: 'count', label: 'Readings' }],
  ...{ width: 14, height: HIGH },
};

const runs: Panel = {
  id: 'runs',
  kind: 'table',
  title: 'Last runs',
  description: 'Runs that ended, the latest first, and whether the proof by ids found them whole.',
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
  ],
  ...{ width: WHOLE, height: HIGH },
};

/** Every panel of the dashboard, in reading order; Kibana's dashboard, the searches and the page's charts come of it. */
export function panelsOf(measurements: readonly Measurement[]): readonly Panel[] {
  return [volume, latency, ...measurements.flatMap(measurementPanels), anomalies, deadLetters, words, runs];
}
