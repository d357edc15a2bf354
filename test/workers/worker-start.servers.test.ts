import { randomUUID } from 'node:crypto';
import { testEnvironment } from '../support/environment';
import { type Program, startProgram } from '../support/program';
import { openGate, type ServerGate } from '../support/server-gate';
import { stackAddresses, workerEnvironment } from '../support/stack';
import { until } from '../support/until';

let temporal: ServerGate;
let elasticsearch: ServerGate;
let worker: Program;
beforeAll(async () => {
  const { temporal: address, elasticsearchNode } = stackAddresses();
  temporal = await openGate(`http://${address}`);
  elasticsearch = await openGate(elasticsearchNode);
  temporal.close();
  elasticsearch.close();
  const environment = testEnvironment({
    ...workerEnvironment(),
    TEMPORAL_ADDRESS: new URL(temporal.address).host,
    ELASTICSEARCH_NODE: elasticsearch.address,
    PIPELINE_TASK_QUEUE: `start-${randomUUID()}`,
  });
  worker = await startProgram(['workers/pipeline-worker.ts'], environment, '✖ Elasticsearch');
}, 120_000);
afterAll(async () => {
  worker.child.kill('SIGTERM');
  await worker.ended;
  await Promise.all([temporal.end(), elasticsearch.end()]);
}, 60_000);

async function untilPrinted(line: RegExp): Promise<void> {
  await until(`the worker prints ${line.source}`, () => worker.lines.some((printed) => line.test(printed)), 90_000);
}

describe('a worker whose servers are away at its start', () => {
  it('lists what answers and what does not, and waits', () => {
    expect(worker.lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^✖ Temporal at 127\.0\.0\.1:\d+: It does not answer/),
        expect.stringMatching(/^Kafka at .*: answers$/),
        expect.stringMatching(/^✖ Elasticsearch at .*did not answer/),
      ]),
    );
    expect(worker.child.exitCode).toBeNull();
  });

  it('starts to work once Temporal is mended, and says so of each server', async () => {
    temporal.open();
    await untilPrinted(/^worker ready on/);
    await untilPrinted(/^Temporal at .* is mended$/);
    expect(worker.lines.filter((line) => /^Elasticsearch at .* is mended$/.test(line))).toEqual([]);
    elasticsearch.open();
    await untilPrinted(/^Elasticsearch at .* is mended$/);
  }, 200_000);
});
