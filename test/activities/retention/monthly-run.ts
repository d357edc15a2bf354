import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { ReconcileRequest, ReconcileResult } from '../../../activities/contracts/report';

import { createKafkaGateway, type OutgoingRecord } from '../../../activities/kafka';

import type { ExpiredMonths } from '../../../activities/retention/expire-months';
import { MockActivityEnvironment } from '@temporalio/testing';
import { stackAddresses } from '../../support/stack';
import {
  derived,
  enrichedValue,
  idOf,
  newRequest,
  prepareRun,
  rawRecord,
  type Servers,
  withTopicRanges,
} from '../reconciliation/written-run';
import { activitiesWith } from '../../support/activities';
import { indexLane, positionsAt } from '../../support/index-lane';

const WINDOW_MS = 60_000;
const FIRST_READING_MS = Date.parse('2026-01-15T00:00:00Z');
const STEP_MS = 2 * 3_600_000;
const STEP_RECORDS = 100;

/** One reading every two hours, each in a window of its own: so many of them lie in January. */
export const IN_JANUARY = 17 * 12;

export function timestampOf(sequence: number): string {
  return new Date(FIRST_READING_MS + sequence * STEP_MS).toISOString().replace('Z', '000Z');
}

/** What source and Spark leave in the topics of a pipeline by month; to be indexed, given up and proven. */
export class MonthlyRun {
  private constructor(
    readonly servers: Servers,
    readonly request: ReconcileRequest,
    private readonly folder: string,
  ) {}

  static async publish(readings: number): Promise<MonthlyRun> {
    const { kafkaBrokers, elasticsearchNode } = stackAddresses();
    const kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'retention-test' });
    const elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
    const run = randomUUID();
    const request = newRequest(run, readings, `months-${run.slice(0, 8)}`);
    const { scope } = request;
    const servers = { kafka, elasticsearch };
    await prepareRun(servers, request, { index: { by: 'month', from: '2026-01', to: '2026-12' } });

    const sequences = Array.from({ length: readings }, (_, sequence) => sequence);
    const both = [...sequences, ...sequences.filter((sequence) => sequence % 20 === 0)];
    const publish = (topic: string, record: (sequence: number) => OutgoingRecord): Promise<void> =>
      kafka.publish(topic, both.map(record));
    await publish(scope.raw.topic, (sequence) => rawRecord(run, sequence));
    await publish(scope.enriched.topic, (sequence) =>
      derived(run, { ...enrichedValue(run, sequence), timestamp: timestampOf(sequence) }),
    );
    await publish(scope.windows.topic, (sequence) => derived(run, windowOf(run, sequence)));
    const folder = await mkdtemp(join(tmpdir(), 'retention-test-'));
    return new MonthlyRun(servers, await withTopicRanges(kafka, request), folder);
  }

  get name(): string {
    return this.request.scope.name;
  }

  idOf(sequence: number): string {
    return idOf(this.request.scope.run, sequence);
  }

  /** Indexes a topic in small steps, one partition after the other. */
  async index(stream: 'readings' | 'windows', afterStep: () => void = () => undefined): Promise<number> {
    const { scope, aliases } = this.request;
    const { topic, to } = stream === 'readings' ? scope.enriched : scope.windows;
    let expired = 0;
    for (const [partition, end] of Object.entries(to)) {
      for (let from = '0'; from !== end;) {
        const until = String(Math.min(Number(end), Number(from) + STEP_RECORDS));
        const range = { topic, from: positionsAt({ [partition]: from }), until: { [partition]: until } };
        const target = { alias: aliases[stream], deadLetterTopic: scope.deadLetter.topic };
        const done = await indexLane(this.servers, { ...range, ...target });
        expired += done.counts.expired;
        from = until;
        afterStep();
      }
    }
    return expired;
  }

  async dropMonths(keepMonths: number, at: string, name = this.name): Promise<ExpiredMonths> {
    const activities = activitiesWith(this.servers);
    const expired = await activities.expireMonths({ input: { name, keepMonths }, at });
    await activities.dropMonths({ ...expired, run: randomUUID() });
    return expired;
  }

  async reconcile(): Promise<ReconcileResult> {
    const activities = activitiesWith({ ...this.servers, scratchFolder: join(this.folder, 'scratch') });
    const result: unknown = await new MockActivityEnvironment().run(() => activities.reconcileRun(this.request));
    return result as ReconcileResult;
  }

  /** Documents by index. */
  async documents(stream: 'readings' | 'windows'): Promise<Readonly<Record<string, number>>> {
    const { elasticsearch } = this.servers;
    const index = `${this.request.aliases[stream]}-*`;
    await elasticsearch.indices.refresh({ index });
    const { indices = {} } = await elasticsearch.indices.stats({ index, metric: 'docs' });
    const counts = Object.entries(indices).map(([name, { primaries }]): [string, number] => {
      return [name.slice(this.request.aliases[stream].length + 1), primaries?.docs?.count ?? 0];
    });
    return Object.fromEntries(counts.sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  async close(): Promise<void> {
    await this.servers.kafka.close();
    await this.servers.elasticsearch.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function windowOf(run: string, sequence: number): { readonly id: string } & Record<string, unknown> {
  const { deviceId } = enrichedValue(run, sequence);
  const startMs = FIRST_READING_MS + sequence * STEP_MS;
  const [windowStart, windowEnd] = [startMs, startMs + WINDOW_MS].map((ms) => new Date(ms).toISOString());
  return { id: `${run}|${deviceId}|${startMs}|${WINDOW_MS}`, deviceId, windowStart, windowEnd, count: 1 };
}
