import { awaitDocuments } from '../../activities/indexing/await-documents';
import type { BulkItem } from '../../activities/indexing/bulk-item';
import { publishRun } from '../faults/published-run';
import { stackAddresses } from '../support/stack';
import { ExternalWriter } from '../support/external-writer';
import { PipelineDriver } from '../support/pipeline-driver';
import { startInProcessWorker } from '../support/in-process-worker';
import { prove, startIndexer } from '../support/indexer';
import { until } from '../support/until';

const READINGS = 2_000;

let driver: PipelineDriver;
beforeAll(async () => {
  driver = await PipelineDriver.open();
  await startInProcessWorker(driver);
});
afterAll(async () => {
  await driver.close();
});

describe('a sink that another program writes', () => {
  it('is polled until every document of the run is indexed, and the run reconciles', async () => {
    const request = await publishRun(driver, { readings: READINGS, isPoison: () => false });
    const { scope, aliases } = request;
    const streams = ['readings', 'windows'] as const;
    const handles = await Promise.all(streams.map((stream) => startIndexer(driver, request, stream, 'external')));
    await until('an indexLane activity sends heartbeats', async () => {
      const { pendingActivities } = (await handles[0]?.describe())?.raw ?? {};
      return (pendingActivities ?? []).some(({ lastHeartbeatTime }) => Boolean(lastHeartbeatTime));
    });
    expect((await driver.elasticsearch.count({ index: aliases.readings })).count).toBe(0);

    const { kafkaBrokers: brokers, elasticsearchNode: node } = stackAddresses();
    const topics = [
      { topic: scope.enriched.topic, alias: aliases.readings },
      { topic: scope.windows.topic, alias: aliases.windows },
    ];
    const writer = await ExternalWriter.start({ brokers, node, pipeline: scope.name }, topics);
    const [readings] = await Promise.all(handles.map((handle) => handle.result()));
    await writer.stop();

    expect(readings?.totals).toMatchObject({ out: readings?.totals.in, deadLetters: 0, lag: 0 });
    const proof = await prove(driver, request);
    expect(proof).toMatchObject({ reconciled: true, indexed: READINGS, discrepancies: {} });
  });

  it('reports a document that is missing, and one that is indexed in an older version only', async () => {
    const alias = driver.newName('behind');
    // One less than expected; as a number it would be the same.
    const old = '{"index":{"_id":"old","version":179577360000000001,"version_type":"external"}}';
    await driver.elasticsearch.bulk({ index: alias, operations: [old, {}] });
    const item = (id: string, headers: Record<string, Buffer>): BulkItem => {
      const record = { topic: 't', partition: 3, offset: '7', timestamp: '0', key: null, value: null, headers };
      return { record, id, head: '', bytes: 0, latencyMs: null };
    };
    const items = [
      item('old', { 'pipeline-version': Buffer.from('179577360000000002') }),
      item('missing', {}),
      item('old', {}),
    ];
    const pauses: number[] = [];
    const pause = (milliseconds: number): Promise<void> => Promise.resolve(void pauses.push(milliseconds));
    const { elasticsearch } = driver;
    const wait = awaitDocuments({ elasticsearch, alias, items, signal: new AbortController().signal, pause });
    await expect(wait).rejects.toMatchObject({
      type: 'SinkBehind',
      message: expect.stringMatching(/2 more documents into behind-.*old of partition 3 offset 7/) as string,
    });
    expect(pauses.length).toBeGreaterThan(10);
    await driver.elasticsearch.indices.delete({ index: alias });
  });
});
