import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { ReconcileRequest, ReconcileResult } from '../../../activities/contracts/report';
import { createKafkaGateway, type IncomingRecord, type OutgoingRecord } from '../../../activities/kafka';
import { rawEventId } from '../../../activities/reconciliation/event-id';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import { sourceOf } from '../../../activities/sources/publish-batch';
import { activitiesWith, NO_EARLIER_RUNS } from '../../support/activities';
import { stackAddresses } from '../../support/stack';
import { activityEnvironment } from '../sources/activity-environment';
import { sourcePlan } from '../sources/source-plan';
import { derived, newRequest, prepareRun, withTopicRanges, type Servers } from './written-run';

/** Sequence numbers are unique only within a device; one row stands there twice, and one cannot be used. */
const ROWS = [
  'a,2026-01-05T00:00:00Z,20,1,p',
  'b,2026-01-05T00:00:00Z,21,2,q',
  'b,2026-01-05T00:00:00Z,21,2,q',
  'b,2026-01-05T00:01:00Z',
  'b,2026-01-05T00:02:00Z,22,1,r',
];
const HEADER = 'deviceId,timestamp,temperature,sequence,code';

let servers: Servers;
let folder: string;
let path: string;

beforeAll(async () => {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  servers = {
    kafka: createKafkaGateway({ brokers: kafkaBrokers, clientId: 'reconcile-rows-test' }),
    elasticsearch: new Client({ node: elasticsearchNode }),
  };
  folder = await mkdtemp(join(tmpdir(), 'reconcile-rows-'));
  path = join(folder, 'readings.csv');
  await writeFile(path, [HEADER, ...ROWS, ''].join('\n'));
});
afterAll(async () => {
  await servers.kafka.close();
  await servers.elasticsearch.close();
  await rm(folder, { recursive: true });
});

interface WrittenRows {
  readonly request: ReconcileRequest;
  /** Of the rows, as they stand in the file. */
  readonly rowIds: readonly string[];
}

/**
 * Publishes the file, and writes what Spark and the indexer would make of its records.
 *
 * @param change - of the raw records, before they are in their topic
 */
async function writeRows(
  fields: Readonly<Record<string, unknown>>,
  change: (records: readonly OutgoingRecord[]) => readonly OutgoingRecord[] = (records) => records,
): Promise<WrittenRows> {
  const { kafka, elasticsearch } = servers;
  const [run, name] = [randomUUID(), `rows-${randomUUID()}`];
  const plan = sourcePlan({ source: { kind: 'file', path, format: 'csv', fields } }, { run, name });
  const request = { ...newRequest(run, 0, name), eventId: plan.rules.fields.eventId };
  await prepareRun(servers, request);
  const { raw, enriched, deadLetter } = request.scope;
  const rowIds: string[] = [];
  const changing: typeof kafka = {
    ...kafka,
    publish: async (topic, records, refused) => {
      rowIds.push(...records.map(({ headers }) => String(headers['pipeline-row'] ?? headers['event-id'] ?? '')));
      await kafka.publish(topic, topic === raw.topic ? change(records) : records, refused);
    },
  };
  const { inspectFile, publishFileRange } = activitiesWith({ kafka: changing, elasticsearch: NO_EARLIER_RUNS });
  const facts: FileFacts = await activityEnvironment().run(inspectFile, { plan });
  await activityEnvironment().run(publishFileRange, { plan, facts, byteFrom: 0, rowFrom: 0, maxRecords: 1_000 });

  const records = await recordsOf(raw.topic);
  const readings = new Map(
    records.map((record) => {
      const id = rawEventId(raw.topic, record, request.eventId, true);
      // Late readings are in no window.
      return [id, { id, deviceId: 'd', timestamp: '2026-01-05T00:00:00.000000Z', late: true }];
    }),
  );
  await kafka.publish(
    enriched.topic,
    [...readings.values()].map((reading) => derived(run, reading)),
  );
  const letters = (await recordsOf(deadLetter.topic)).map(({ value }) => JSON.parse(String(value)) as { id: string });
  const documents = [
    ...[...readings.values()].map((source) => ({ index: request.aliases.readings, source })),
    ...letters.map((source) => ({ index: request.aliases.deadLetters, source })),
  ];
  await elasticsearch.bulk({
    operations: documents.flatMap(({ index, source }) => [
      { index: { _index: index, _id: source.id } },
      { provenance: { run, partition: 0, offset: '0', processedAt: 1, indexedAt: 2 }, ...source },
    ]),
  });
  const ranges = await withTopicRanges(kafka, request);
  return {
    request: { ...ranges, plan: { ...sourceOf(plan, 'file'), ...facts, device: plan.rules.fields.deviceId } },
    rowIds,
  };
}

async function recordsOf(topic: string): Promise<IncomingRecord[]> {
  const { start, end } = await servers.kafka.offsets(topic);
  const records: IncomingRecord[] = [];
  for (const [partition, to] of Object.entries(end)) {
    const range = { topic, partition: Number(partition), from: start[partition] ?? '0', to };
    if (range.from !== to) await servers.kafka.readRange(range, (batch) => void records.push(...batch));
  }
  return records;
}

async function reconcile(request: ReconcileRequest): Promise<ReconcileResult> {
  const activities = activitiesWith({ ...servers, scratchFolder: join(folder, 'scratch') });
  const result: unknown = await activityEnvironment().run(() => activities.reconcileRun(request));
  return result as ReconcileResult;
}

describe('reconcileRun of a file', () => {
  it.each([{}, { eventId: 'code' }])('takes equal rows for repeats, with the fields %j', async (fields) => {
    const counts = { planned: 4, published: 3, indexed: 3, deadLetters: 1, repeats: 1, conflicts: 0 };
    expect(await reconcile((await writeRows(fields)).request)).toMatchObject({ reconciled: true, ...counts });
  });

  it('names an event id that two different rows share', async () => {
    const { request } = await writeRows({ eventId: 'sequence' });
    expect(await reconcile(request)).toMatchObject({
      ...{ reconciled: false, planned: 4, published: 2, repeats: 2, conflicts: 1 },
      examples: [{ kind: 'conflicting content under one id', id: '1' }],
    });
  });

  it.each([{}, { eventId: 'code' }])(
    'names a row that was never published, and a record that no row planned, with the fields %j',
    async (fields) => {
      const stranger = { key: 'x', value: '{"code":"other"}', headers: { 'pipeline-row': 'not-planned' } };
      // There may be several batches.
      let first: OutgoingRecord | undefined;
      const { request, rowIds } = await writeRows(fields, (records) => {
        first ??= records[0];
        return [...records.filter((record) => record !== first), stranger];
      });
      const { examples } = await reconcile(request);
      expect(examples).toEqual([
        { kind: 'planned but not published', id: rowIds[0] },
        { kind: 'published but not planned', id: 'not-planned' },
      ]);
    },
  );
});
