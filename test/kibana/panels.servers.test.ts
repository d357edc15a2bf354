import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import { panelRows, panelSearch } from '../../kibana/model/panel-search';
import { panelsOf } from '../../kibana/model/panels';
import { stackAddresses } from '../support/stack';
import { DAY, RUN, writeKnownData } from './known-data';
import { fieldsOf, type SavedRow } from './lens-search';
import { dashboard, panels, savedPanel, shownByKibana, searchAllPipelines } from './saved-panel';

const pipeline = `panels-${randomUUID().slice(0, 8)}`;
const other = `${pipeline}-other`;
const FROM = `${DAY}T00:00:00.000Z`;
const TO = `${DAY}T04:00:00.000Z`;
const HOURS = [0, 1, 2, 3].map((hour) => Date.parse(FROM) + hour * 3_600_000);

let elasticsearch: Client;
beforeAll(async () => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
  await writeKnownData(elasticsearch, pipeline);
  await writeKnownData(elasticsearch, other);
});
afterAll(async () => {
  // The other one's begin with the same name.
  const behind = Object.keys(await elasticsearch.indices.get({ index: `pipeline.${pipeline}.*` }));
  await elasticsearch.indices.delete({ index: behind });
  await elasticsearch.close();
});

/** What Kibana shows of a panel as it is saved. */
function shown(id: string, chosen: Readonly<Record<string, string>>): Promise<SavedRow[]> {
  return shownByKibana(elasticsearch, id, { from: FROM, to: TO, interval: '1h', chosen });
}

/** What the model's own search gives. */
async function searched(id: string, only: Parameters<typeof panelSearch>[1]['only'] = {}): Promise<SavedRow[]> {
  const panel = panelsOf(DEFAULT_MEASUREMENTS).find((each) => each.id === id);
  if (panel === undefined) throw new Error(`expected a panel ${id}`);
  const search = panelSearch(panel, { from: FROM, to: TO, interval: '1h', only });
  const { aggregations } = await searchAllPipelines(elasticsearch, search);
  return panelRows(panel, aggregations);
}

/** One row an hour. */
const hourly = (...values: readonly SavedRow['values'][]): SavedRow[] =>
  HOURS.map((hour, index) => ({ keys: [hour], values: values[index] ?? [] }));
const of = (key: string, rows: readonly SavedRow[]): SavedRow[] =>
  rows.map(({ keys, values }) => ({ keys: [key, ...keys], values }));
const NONE = [null, null, null];

const EXPECTED: Readonly<Record<string, readonly SavedRow[]>> = {
  volume: of(pipeline, hourly([3], [0], [1], [0])),
  latency: hourly([200, 290, 298], NONE, [400, 400, 400], NONE),
  'temperature-range': hourly([27.5, 10, 50], NONE, [40, 40, 40], NONE),
  'temperature-percentiles': hourly([20, 11, 29], NONE, [40, 40, 40], NONE),
  'temperature-by-device': [
    ...of('d2', hourly([40], [null], [40], [null])),
    ...of('d1', hourly([15], [null], [null], [null])),
  ],
  'humidity-range': hourly([45, 40, 50], NONE, [60, 60, 60], NONE),
  'humidity-percentiles': hourly([45, 40.5, 49.5], NONE, [60, 60, 60], NONE),
  'humidity-by-device': [
    ...of('d2', hourly([null], [null], [60], [null])),
    ...of('d1', hourly([45], [null], [null], [null])),
  ],
  anomalies: [
    { keys: ['d2', 'temperature', HOURS[2] ?? 0], values: [12, 1] },
    { keys: ['d2', 'humidity', HOURS[0] ?? 0], values: [9.5, 1] },
  ],
  'dead-letters': [
    { keys: ['parse', 'BadTimestamp'], values: [2] },
    { keys: ['index', 'Tombstone'], values: [1] },
  ],
  words: [
    { keys: ['valve'], values: [3] },
    { keys: ['frost'], values: [1] },
    { keys: ['wind'], values: [1] },
  ],
  runs: [
    { keys: ['run-2', pipeline, 'false'], values: [HOURS[1] ?? 0, 60_000, 100, 89, 10, null] },
    { keys: ['run-1', pipeline, 'true'], values: [HOURS[0] ?? 0, 60_000, 100, 40, 60, 60] },
  ],
};

describe('the saved panels', () => {
  it('are those whose numbers are known', () => {
    expect(panels.map(({ panelIndex }) => panelIndex).toSorted()).toEqual(Object.keys(EXPECTED).toSorted());
  });

  it.each(panels.map(({ panelIndex }) => panelIndex))(
    '%s shows what was written, and so does our search',
    async (id) => {
      expect(await shown(id, { 'provenance.pipeline': pipeline })).toEqual(EXPECTED[id]);
      expect(await searched(id, { pipeline: [pipeline] })).toEqual(EXPECTED[id]);
    },
  );

  it.each(panels.map(({ panelIndex }) => panelIndex))(
    '%s looks at fields that are mapped and aggregatable',
    async (id) => {
      const { attributes, view } = savedPanel(id);
      const controls = Object.values(dashboard?.attributes.controlGroupInput.panelsJSON ?? {}).flatMap((control) =>
        control.type === 'timeSlider' ? [] : [control.explicitInput.fieldName],
      );
      const own = [...fieldsOf(attributes), view.attributes.timeFieldName];
      const fields = id === 'volume' ? [...own, ...controls] : own;
      const { fields: capabilities } = await elasticsearch.fieldCaps({
        index: view.attributes.title.replace('*', pipeline),
        fields,
      });
      for (const field of fields) {
        const types = Object.values(capabilities[field] ?? {});
        expect([field, types.map(({ aggregatable, searchable }) => [aggregatable, searchable])]).toEqual([
          field,
          [[true, true]],
        ]);
      }
    },
  );

  it('follow the controls', async () => {
    const chosen = { 'provenance.pipeline': pipeline, deviceId: 'd2' };
    expect(await shown('volume', chosen)).toEqual(of(pipeline, hourly([1], [0], [1], [0])));
    expect(await searched('volume', { pipeline: [pipeline], device: ['d2'] })).toEqual(await shown('volume', chosen));
    expect(await shown('dead-letters', chosen)).toEqual([]);
    const ofRun = { 'provenance.pipeline': pipeline, 'provenance.run': RUN };
    expect(await shown('runs', ofRun)).toEqual(EXPECTED['runs']?.slice(1));
    expect(await searched('runs', { pipeline: [pipeline], run: [RUN] })).toEqual(EXPECTED['runs']?.slice(1));
  });

  it('show all pipelines if none is selected', async () => {
    const rows = await shown('volume', {});
    expect(rows.filter(({ keys }) => keys[0] === pipeline)).toEqual(EXPECTED['volume']);
    expect(rows.some(({ keys }) => keys[0] === other)).toBe(true);
  });
});
