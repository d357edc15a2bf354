import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { Activities } from '../../../activities';
import { deadLetterRecord } from '../../../activities/contracts/dead-letter';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { derivedTopics, ownRawTopic } from '../../../activities/contracts/pipeline-names';
import type { ReconcileRequest, ReconcileResult } from '../../../activities/contracts/report';
import { windowId, windowStartMs, windowVersion } from '../../../activities/contracts/window';
import type { PrepareIndicesInput } from '../../../activities/preparation/prepare-indices';
import { createKafkaGateway, type KafkaGateway, type OutgoingRecord } from '../../../activities/kafka';
import { activitiesWith } from '../../support/activities';
import { indexLane, positionsAt } from '../../support/index-lane';
import { stackAddresses } from '../../support/stack';
import { newRequest, prepareRun, withTopicRanges } from '../reconciliation/written-run';
import { activityEnvironment } from '../sources/activity-environment';

const WINDOW_MS = 60_000;
const DEVICE = 'boiler|1';

/** A reading of `DEVICE`. */
export interface WrittenReading {
  readonly id: string;
  /** ISO 8601 in UTC, to the second and without the Z. */
  readonly at: string;
  readonly temperature: number;
  /** The mapping rejects it. */
  readonly isRejected?: true;
  /** The Spark job rejects its record. */
  readonly isUnreadable?: true;
}

export interface WrittenRun {
  readonly run: string;
  readonly startedAt: string;
  /** With the whole topics; records of other runs in them are told by their header. */
  readonly request: ReconcileRequest;
}

/** The runs of one pipeline whose source is a file, each with what Spark makes of its readings, and the real activities. */
export class SeveralRuns {
  readonly name = `several-${randomUUID().slice(0, 8)}`;
  readonly #activities: Activities;
  /** Of each topic: where the next run begins to index. */
  readonly #indexed = new Map<string, string>();

  private constructor(
    readonly kafka: KafkaGateway,
    readonly elasticsearch: Client,
    private readonly folder: string,
    crash: (point: string) => void,
  ) {
    this.#activities = activitiesWith({ kafka, elasticsearch, crash, scratchFolder: join(folder, 'scratch') });
  }

  static async open(
    crash: (point: string) => void = () => undefined,
    options: Pick<PrepareIndicesInput, 'index'> = {},
  ): Promise<SeveralRuns> {
    const { kafkaBrokers, elasticsearchNode } = stackAddresses();
    const kafka = createKafkaGateway({ brokers: kafkaBrokers, clientId: 'several-runs-test' });
    const elasticsearch = new Client({ node: elasticsearchNode, maxRetries: 0 });
    const opened = new SeveralRuns(kafka, elasticsearch, await mkdtemp(join(tmpdir(), 'several-runs-')), crash);
    await prepareRun({ kafka, elasticsearch }, opened.#request('none'), { partitions: 1, ...options });
    return opened;
  }

  async close(): Promise<void> {
    await this.kafka.close();
    await this.elasticsearch.close();
    await rm(this.folder, { recursive: true });
  }

  /** Publishes a run whole, and indexes its readings and what of them the index rejects. */
  async write(startedAt: string, written: readonly WrittenReading[]): Promise<WrittenRun> {
    const run = randomUUID();
    const { enriched, windows, deadLetter } = derivedTopics(this.name);
    const readings = written.filter(({ isUnreadable }) => isUnreadable !== true);
    const values = readings.map(valueOf);
    await this.kafka.publish(
      ownRawTopic(this.name),
      written.map((reading) => record(run, reading.id, reading)),
    );
    await this.kafka.publish(
      deadLetter,
      written.filter((reading) => !readings.includes(reading)).map((reading) => this.#deadLetter(run, reading)),
    );
    await this.kafka.publish(
      enriched,
      values.map((value) => record(run, value.id, value)),
    );
    const accounts = windowsOf(readings);
    await this.kafka.publish(
      windows,
      accounts.map((window) =>
        record(run, window.id, window, { 'pipeline-version': windowVersion(startedAt, window.count) }),
      ),
    );
    const { aliases } = this.#request(run);
    await this.#index(enriched, aliases.readings);
    await this.#index(deadLetter, aliases.deadLetters);
    return { run, startedAt, request: await this.#proofOf(run) };
  }

  async recompute({ run, startedAt }: WrittenRun, environment = activityEnvironment()): Promise<number> {
    const { aliases, scope } = await this.#proofOf(run);
    return await environment.run(() =>
      this.#activities.recomputeWindows({
        ...{ run, startedAt, windowMs: WINDOW_MS, measurements: DEFAULT_MEASUREMENTS },
        ...{ readings: aliases.readings, windows: aliases.windows },
        ...{ deadLetterIndex: aliases.deadLetters, deadLetters: scope.deadLetter },
        ...{ windowsTopic: scope.windows.topic, enrichedTopic: scope.enriched.topic },
      }),
    );
  }

  async indexWindows(): Promise<void> {
    await this.#index(derivedTopics(this.name).windows, this.#request('').aliases.windows);
  }

  /** Ends a run as a pipeline does. @returns the number of recomputed windows */
  async finish(written: WrittenRun): Promise<number> {
    const recomputed = await this.recompute(written);
    await this.indexWindows();
    return recomputed;
  }

  async prove({ run }: WrittenRun, bounded = true): Promise<ReconcileResult> {
    const request = { ...(await this.#proofOf(run)), bounded };
    const result: unknown = await activityEnvironment().run(() => this.#activities.reconcileRun(request));
    return result as ReconcileResult;
  }

  /** The document of the window that begins at an instant, without its provenance. */
  async window(at: string): Promise<unknown> {
    const { _source } = await this.elasticsearch.get<object>({
      index: this.#request('').aliases.windows,
      id: idOf(at),
    });
    return { ..._source, provenance: undefined };
  }

  async #index(topic: string, alias: string): Promise<void> {
    const { deadLetter } = derivedTopics(this.name);
    const from = positionsAt({ 0: this.#indexed.get(topic) ?? '0' });
    const deadLetterTopic = topic === deadLetter ? null : deadLetter;
    const { positions } = await indexLane(this, { topic, alias, from, deadLetterTopic }, activityEnvironment());
    this.#indexed.set(topic, positions['0']?.next ?? '0');
  }

  #deadLetter(run: string, reading: WrittenReading): OutgoingRecord {
    const place = { topic: ownRawTopic(this.name), partition: 0, offset: '0', publishedAt: 1 };
    const original = Buffer.from(JSON.stringify(reading));
    return deadLetterRecord({
      ...place,
      stage: 'parse',
      reason: 'BadTimestamp',
      id: reading.id,
      run,
      key: null,
      original,
    });
  }

  #request(run: string): ReconcileRequest {
    const request = newRequest(run, 0, this.name);
    return { ...request, plan: null, scope: { ...request.scope, windowIdPrefix: '' } };
  }

  #proofOf(run: string): Promise<ReconcileRequest> {
    return withTopicRanges(this.kafka, this.#request(run));
  }
}

/** The id of the window that begins at an instant. */
export function idOf(at: string): string {
  return windowId(DEVICE, Date.parse(`${at}Z`), WINDOW_MS);
}

function valueOf({ id, at, temperature, isRejected }: WrittenReading) {
  const reading = { id, deviceId: DEVICE, timestamp: `${at}.000000Z`, temperature };
  return isRejected ? { ...reading, unknownField: 1 } : reading;
}

function record(run: string, id: string, value: object, more: Readonly<Record<string, string>> = {}): OutgoingRecord {
  return { key: DEVICE, value: JSON.stringify(value), headers: { 'event-id': id, 'pipeline-run': run, ...more } };
}

/** The windows that Spark would make of distinct readings. */
export function windowsOf(readings: readonly WrittenReading[]): (object & { id: string; count: number })[] {
  const byStart = new Map<number, number[]>();
  for (const { at, temperature } of readings) {
    const start = startOf(at);
    byStart.set(start, [...(byStart.get(start) ?? []), temperature]);
  }
  return [...byStart].map(([start, values]) => {
    const count = values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    return {
      ...{ id: windowId(DEVICE, start, WINDOW_MS), deviceId: DEVICE },
      ...{ windowStart: instant(start), windowEnd: instant(start + WINDOW_MS), count },
      temperature: { count, mean, min: Math.min(...values), max: Math.max(...values) },
    };
  });
}

function startOf(at: string): number {
  return windowStartMs(`${at}Z`, WINDOW_MS);
}

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
