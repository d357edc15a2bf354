import { randomUUID } from 'node:crypto';
import { deadLetterRecord } from '../../../activities/contracts/dead-letter';
import type { PartitionOffsets } from '../../../activities/contracts/offsets';
import type { RangeRequest } from '../../../activities/contracts/proof-range';
import type { NextRange } from '../../../activities/contracts/report';
import type { OutgoingRecord } from '../../../activities/kafka';
import { newRequest, prepareRun, type Servers } from './written-run';

export const WINDOW_MS = 60_000;
const DEVICE = 'device-0';
const TOPICS = ['raw', 'enriched', 'windows', 'deadLetter'] as const;

type Offsets = Readonly<Record<(typeof TOPICS)[number], PartitionOffsets>>;

interface Written {
  readonly id: string;
  readonly atMs: number;
  readonly value?: object;
}

/** A run without end of one partition and one device, that is written by hand, range by range. */
export class WrittenRanges {
  readonly run = randomUUID();
  readonly #base = newRequest(this.run, 0);
  #from: Offsets | null = null;
  #windowsFromMs: number | null = null;
  #numbers = 0;
  #rawNext = 0;
  #indexed = 0;

  constructor(private readonly servers: Servers) {}

  get aliases(): RangeRequest['aliases'] {
    return this.#base.aliases;
  }

  /** Of the pipeline. */
  get name(): string {
    return this.#base.scope.name;
  }

  async prepare(): Promise<void> {
    await prepareRun(this.servers, this.#base, { partitions: 1 });
  }

  /** Publishes raw records, and returns their offsets. */
  async raw(readings: readonly Written[]): Promise<readonly number[]> {
    const records = readings.map(({ id, value }) => ({
      ...{ key: DEVICE, value: JSON.stringify({ n: id, ...value }) },
      headers: { 'event-id': id, 'pipeline-run': this.run },
    }));
    await this.servers.kafka.publish(this.#base.scope.raw.topic, records);
    const first = this.#rawNext;
    this.#rawNext += records.length;
    return records.map((_record, index) => first + index);
  }

  async enriched(readings: readonly Written[], offsets: readonly number[]): Promise<void> {
    const records = readings.map((reading, index) =>
      this.#derived(reading.id, valueOf(reading), { 'pipeline-raw': `0:${offsets[index]}:1` }),
    );
    await this.servers.kafka.publish(this.#base.scope.enriched.topic, records);
  }

  async documents(readings: readonly Written[], offsets: readonly number[]): Promise<void> {
    for (const [index, reading] of readings.entries()) {
      const provenance = { run: this.run, partition: 0, offset: offsets[index] };
      await this.index('readings', reading.id, { provenance, ...valueOf(reading) });
    }
  }

  /** Publishes, enriches and indexes readings. */
  async pass(readings: readonly Written[]): Promise<readonly number[]> {
    const offsets = await this.raw(readings);
    await this.enriched(readings, offsets);
    await this.documents(readings, offsets);
    return offsets;
  }

  /** Publishes a window and, unless told otherwise, indexes it. */
  async window(startMs: number, count: number, isIndexed = true): Promise<string> {
    const id = this.windowId(startMs);
    const value = { id, deviceId: DEVICE, windowStart: new Date(startMs).toISOString(), count };
    await this.servers.kafka.publish(this.#base.scope.windows.topic, [this.#derived(id, value, {})]);
    const provenance = { run: this.run, partition: 0, offset: this.#indexed++ };
    if (isIndexed) await this.index('windows', id, { provenance, ...value });
    return id;
  }

  windowId(startMs: number): string {
    return `${this.#base.scope.windowIdPrefix}${DEVICE}|${startMs}|${WINDOW_MS}`;
  }

  /** Publishes and indexes a dead letter of a raw record, or of what was made of it if the index rejected that. */
  async deadLetter(reading: Written, stage: 'parse' | 'index', rawOffset: number): Promise<void> {
    const { raw, enriched, deadLetter } = this.#base.scope;
    const isParse = stage === 'parse';
    const record = deadLetterRecord({
      ...{ id: reading.id, stage, reason: 'Refused', topic: isParse ? raw.topic : enriched.topic, partition: 0 },
      ...{ offset: isParse ? String(rawOffset) : '0', run: this.run, key: null },
      original: Buffer.from(JSON.stringify(valueOf(reading))),
      ...(isParse ? {} : { headers: { raw: `0:${rawOffset}:1` } }),
    });
    const { end } = await this.servers.kafka.offsets(deadLetter.topic);
    await this.servers.kafka.publish(deadLetter.topic, [record]);
    const provenance = { run: this.run, partition: 0, offset: Number(end[0]) };
    await this.index('deadLetters', reading.id, { provenance, ...(JSON.parse(String(record.value)) as object) });
  }

  async index(alias: 'readings' | 'windows' | 'deadLetters', id: string, document: object): Promise<void> {
    await this.servers.elasticsearch.index({ index: this.aliases[alias], id, document, refresh: true });
  }

  /**
   * Closes a range before a raw offset, by default at the end, and at the ends of all other topics.
   *
   * @param windowsToMs - windows that start before are closed
   */
  async close(windowsToMs: number, rawTo = this.#rawNext): Promise<RangeRequest> {
    const { scope } = this.#base;
    const to = { ...(await this.ends()), raw: { 0: String(rawTo) } };
    const from = this.#from ?? { raw: { 0: '0' }, enriched: { 0: '0' }, windows: { 0: '0' }, deadLetter: { 0: '0' } };
    const ranges = TOPICS.map((name) => [name, { topic: scope[name].topic, from: from[name], to: to[name] }] as const);
    const number = ++this.#numbers;
    this.#from = to;
    return {
      ...this.#base,
      ...{ bounded: false, plan: null, scope: { ...scope, ...Object.fromEntries(ranges) } },
      range: { number, closedMs: windowsToMs, windowsFromMs: this.#windowsFromMs, windowsToMs },
    };
  }

  /** Where the next range begins, as the proof of one says. */
  continueAt({ enriched, deadLetter, windowsFromMs }: NextRange): void {
    if (this.#from !== null) this.#from = { ...this.#from, enriched, deadLetter };
    this.#windowsFromMs = windowsFromMs;
  }

  /** Of its topics. */
  async ends(): Promise<Offsets> {
    const endOf = async (name: keyof Offsets) => (await this.servers.kafka.offsets(this.#base.scope[name].topic)).end;
    const ends = await Promise.all(TOPICS.map(async (name) => [name, await endOf(name)] as const));
    return Object.fromEntries(ends) as Offsets;
  }

  #derived(id: string, value: object, headers: Record<string, string>): OutgoingRecord {
    return {
      key: DEVICE,
      value: JSON.stringify(value),
      headers: { 'event-id': id, 'pipeline-run': this.run, ...headers },
    };
  }
}

function valueOf({ id, atMs, value = {} }: Written): object {
  const timestamp = new Date(atMs).toISOString().replace('Z', '000Z');
  return { id, deviceId: DEVICE, timestamp, temperature: 20.5, ...value };
}
