/**
 * `tsx publish-file.ts REQUEST`: publishes a file with the code of a checkout, and prints what that cost as JSON.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type * as activities from '../../../activities';
import type * as kafkaRoom from '../../../activities/kafka';
import type * as inputs from '../../../activities/preparation/parse-input';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import type { FilePublishResult } from '../../../activities/sources/publish-file-range';
import { NO_EARLIER_RUNS } from '../../support/activities';

export interface PublishRequest {
  /** Folder of the checkout. */
  readonly project: string;
  readonly brokers: readonly string[];
  readonly source: object;
}

export interface PublishCost {
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** Of this process; Kafka is another one. */
  readonly cpuSecondsPerMillion: number;
}

const PARTITIONS = 4;
const RANGE_ROWS = 10_000;

async function publishFile({ project, brokers, source }: PublishRequest): Promise<PublishCost> {
  const load = async (path: string): Promise<unknown> => await import(join(project, 'activities', path));
  const { createActivities } = (await load('index')) as typeof activities;
  const { createKafkaGateway } = (await load('kafka/index')) as typeof kafkaRoom;
  const { parseInput } = (await load('preparation/parse-input')) as typeof inputs;
  const kafka = createKafkaGateway({ brokers, clientId: 'bench' });
  const unused = undefined as never;
  const { inspectFile, publishFileRange } = createActivities({
    ...{
      kafka,
      elasticsearch: NO_EARLIER_RUNS,
      temporal: () => unused,
      taskQueues: { io: 'io', lanes: 'lanes', host: 'host' },
      spark: unused,
      dashboards: null,
      schemaRegistry: null,
      searchAttributes: false,
      temporalOptions: '',
      protectKeyFile: null,
      scratchFolder: '',
    },
    crash: () => undefined,
  });
  const workflowId = `pipeline/bench-${randomUUID()}`;
  const request = { input: { source }, workflowId, run: 'bench', startedAt: new Date().toISOString() };
  const plan = parseInput({ io: 'io', lanes: 'lanes', host: 'host' }, request);
  const topics = [plan.topics.raw, plan.topics.deadLetter];
  await kafka.prepareTopics(topics.map((topic) => ({ topic, partitions: PARTITIONS, maxMessageBytes: 4_194_352 })));

  const facts: FileFacts = await new MockActivityEnvironment().run(inspectFile, { plan });
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  let [byteFrom, rowFrom, done] = [0, 0, false];
  while (!done) {
    const range = { plan, facts, byteFrom, rowFrom, maxRecords: RANGE_ROWS };
    const result: FilePublishResult = await new MockActivityEnvironment().run(publishFileRange, range);
    if (result.deadLetters > 0) throw new Error('expected rows that can be read, got dead letters');
    ({ byteNext: byteFrom, rowNext: rowFrom, done } = result);
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await kafka.close();
  return { rows: rowFrom, rowsPerSecond: rowFrom / seconds, cpuSecondsPerMillion: (user + system) / rowFrom };
}

publishFile(JSON.parse(process.argv[2] ?? '') as PublishRequest).then(
  (cost) => process.stdout.write(`${JSON.stringify(cost)}\n`),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
