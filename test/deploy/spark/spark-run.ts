import { MockActivityEnvironment } from '@temporalio/testing';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import type { PartitionOffsets } from '../../../activities/contracts/offsets';
import { MAX_DERIVED_MESSAGE_BYTES, MAX_RAW_MESSAGE_BYTES } from '../../../activities/contracts/record';
import type { PipelinePlan } from '../../../activities/contracts/plan';
import { parseInput } from '../../../activities/preparation/parse-input';
import type { Activities } from '../../../activities';
import type { SparkHandle, SparkState } from '../../../activities/spark/types';
import { checkpointFolder } from '../../../activities/spark/job-settings';
import { stackAddresses } from '../../support/stack';
import { sparkDependencies } from './spark-dependencies';
import { activitiesWith } from '../../support/activities';

/** A record that the job wrote, read back. */
export interface Written {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: string;
  /** Empty if the record has none. */
  readonly value: Readonly<Record<string, unknown>>;
}

/** The Spark activities on the shared servers, without a workflow, for one plan. */
export class SparkRun {
  readonly kafka: KafkaGateway;
  readonly checkpoint: string;
  readonly #activities: Activities;

  constructor(
    readonly plan: PipelinePlan,
    readonly sparkState: string,
  ) {
    this.kafka = createKafkaGateway({ brokers: stackAddresses().kafkaBrokers, clientId: 'spark-test' });
    this.checkpoint = checkpointFolder(sparkState, plan);
    this.#activities = activitiesWith({ kafka: this.kafka, spark: sparkDependencies(sparkState) });
  }

  submit: Activities['submitSparkJob'] = (input) =>
    new MockActivityEnvironment().run((given) => this.#activities.submitSparkJob(given), input);

  watch: Activities['watchSparkJob'] = (input) =>
    new MockActivityEnvironment().run((given) => this.#activities.watchSparkJob(given), input);

  /** Watches until the driver has ended. */
  async ended(handle: SparkHandle): Promise<SparkState> {
    return await this.watch({ handle, plan: this.plan, until: null, maxMs: Number.POSITIVE_INFINITY });
  }

  async prepareTopics(partitions: number): Promise<void> {
    const { raw, ...derived } = this.plan.topics;
    await this.kafka.prepareTopics([
      { topic: raw, partitions, maxMessageBytes: MAX_RAW_MESSAGE_BYTES },
      ...Object.values(derived).map((topic) => ({ topic, partitions, maxMessageBytes: MAX_DERIVED_MESSAGE_BYTES })),
    ]);
  }

  async ends(topic: string): Promise<PartitionOffsets> {
    return (await this.kafka.offsets(topic)).end;
  }

  /** Everything in a topic, in order per partition. */
  async read(topic: string): Promise<Written[]> {
    const { start, end } = await this.kafka.offsets(topic);
    const written: Written[] = [];
    for (const partition of Object.keys(end).map(Number)) {
      const range = { topic, partition, from: start[partition] ?? '0', to: end[partition] ?? '0' };
      await this.kafka.readRange(range, (records) => {
        for (const { key, value, headers } of records) {
          const bytes = value?.toString('utf8') ?? '';
          written.push({
            key: key?.toString('utf8') ?? '',
            bytes,
            value: value === null ? {} : (JSON.parse(bytes) as Written['value']),
            headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, text.toString('utf8')])),
          });
        }
      });
    }
    return written;
  }
}

export function idOf({ headers }: Written): string {
  return headers['event-id'] ?? '';
}

/** The last version of every window, by id. */
export function lastWindows(windows: readonly Written[]): Map<string, Written> {
  return new Map(windows.map((window) => [idOf(window), window]));
}

/** A plan as the pipeline itself makes it. */
export function planOf(name: string, input: unknown, fingerprint = ''): PipelinePlan {
  const queues = { io: 'io', lanes: 'lanes', host: 'host' };
  const request = { input, workflowId: `pipeline/${name}`, run: `run-of-${name}`, startedAt: new Date().toISOString() };
  return parseInput(queues, request, { schemaRegistry: true, protectKey: { fingerprint } });
}

/** Waits for a condition, as long as the test may take. */
export async function until(condition: () => Promise<boolean>, everyMs = 200): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, everyMs));
}
