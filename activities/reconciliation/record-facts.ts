import { monthOf, type Month } from '../contracts/event-month';
import { wholeOriginal } from '../contracts/dead-letter';
import { isObject, parseObject, type JsonObject } from '../contracts/json-object';
import type { TopicRange } from '../contracts/offsets';
import { fillsRawTopic } from '../contracts/pipeline-names';
import { ABSENT_HEADER, RAW_HEADER, REDRIVE_HEADER, redriveCount, ROW_HEADER, RUN_HEADER } from '../contracts/record';
import type { ReconcileRequest } from '../contracts/report';
import { windowId, windowStartMs } from '../contracts/window';
import { isOfOtherRun, PROVENANCE_FIELD } from '../elasticsearch/provenance';
import { eventTimeRange, type EventTimeRange } from '../elasticsearch/event-time';
import type { IndexedDocument } from '../elasticsearch/scan-index';
import type { IncomingRecord } from '../kafka';
import { NO_FACTS, type SavedFacts } from './collection-checkpoint';
import { bytesDigest, documentDigest } from './content-digest';
import { derivedEventId, rawEventId } from './event-id';
import { PLAIN_IDS, type ProtectedIds } from './protected-ids';
import { JSON_VALUES, type RawValues } from './raw-values';
import type { ForeignDeadLetterFact, ForeignFact, ProcessedFact, PublishedFact, ReadingFact } from './reading-fact';
import type { WindowFact } from './window-state';

/** Converts records and documents to facts, and counts what no fact contains. */
export class RecordFacts {
  /** Raw records of another run, in a topic that the pipeline fills itself. */
  foreign: number;
  /** Size of the values of this run's raw records. */
  rawBytes: number;
  /** Whether a document of this run was written more than once; of an earlier run it may have been another reading. */
  hasOverwritten: boolean;
  /** Dead letters of readings that the index rejected, and of which they do not have the whole. */
  unreadableRejections = 0;
  /** Starts of the first and the last window of this run's readings, and of those that it published. */
  #windows: SavedFacts['windows'];
  /** By topic and partition, the first offset of a derived record whose raw record is after the range. */
  readonly later: Readonly<Record<'enriched' | 'deadLetter', Map<number, bigint>>>;
  readonly #fillsRaw: boolean;

  /**
   * @param byMonth - whether readings are in monthly indices
   * @param saved - what others have counted before
   */
  constructor(
    private readonly request: ReconcileRequest,
    private readonly byMonth: boolean,
    private readonly values: RawValues = JSON_VALUES,
    private readonly ids: ProtectedIds = PLAIN_IDS,
    saved: SavedFacts = NO_FACTS,
  ) {
    const { name, raw } = request.scope;
    this.#fillsRaw = fillsRawTopic(name, raw.topic);
    this.foreign = saved.foreign;
    this.rawBytes = saved.rawBytes;
    this.hasOverwritten = saved.hasOverwritten;
    this.#windows = saved.windows;
    this.later = { enriched: offsetMap(saved.later.enriched), deadLetter: offsetMap(saved.later.deadLetter) };
  }

  /** What is counted of everything that is read. */
  get saved(): SavedFacts {
    const { foreign, rawBytes, hasOverwritten, later } = this;
    const laterOf = (stream: keyof typeof later) =>
      Object.fromEntries([...later[stream]].map(([partition, offset]) => [String(partition), String(offset)]));
    return {
      ...{ foreign, rawBytes, hasOverwritten, windows: this.#windows },
      later: { enriched: laterOf('enriched'), deadLetter: laterOf('deadLetter') },
    };
  }

  /**
   * Returns null for a record of another run; for a run without end, and in a topic of others, every record counts as its
   * own.
   */
  ofRaw(record: IncomingRecord): PublishedFact | null {
    const { scope, bounded, eventId, plan } = this.request;
    const isForeign = this.#fillsRaw && (runOf(record) ?? scope.run) !== scope.run;
    if (bounded && isForeign) {
      this.foreign += 1;
      return null;
    }
    this.rawBytes += record.value?.length ?? 0;
    const read = { ...record, value: this.values.jsonOf(record) };
    const id = rawEventId(scope.raw.topic, read, eventId, plan?.kind === 'file', this.ids);
    const ofAnotherRun = isForeign && redriveCount(record.headers[REDRIVE_HEADER]) > 0;
    const digest = this.ids.contentOf(record.value);
    return { kind: 'published', id, digest, ...this.#rowOf(record, id), ...(ofAnotherRun ? { ofAnotherRun } : {}) };
  }

  #rowOf({ headers }: IncomingRecord, id: string): { row?: string } {
    const header = this.request.plan?.kind === 'file' ? headers[ROW_HEADER]?.toString('utf8') : undefined;
    const row = header === undefined ? undefined : this.ids.idOf(header);
    return row === undefined || row === id ? {} : { row };
  }

  /**
   * Returns null for a record of another run, as do `ofDeadLetter` and `ofWindow`; but a run without end continues what
   * earlier runs have processed of its topic.
   */
  ofEnriched(record: IncomingRecord): ProcessedFact | null {
    const processing = this.#processing(record);
    if (processing === null) return null;
    const { scope } = this.request;
    const rawPlace = rawPlaceOf(record);
    if (this.#isOfAnotherRange(rawPlace, record, this.later.enriched)) return null;
    const outside = this.#outside({ topic: scope.raw.topic, ...rawPlace });
    if (record.value === null && record.headers[ABSENT_HEADER] !== undefined) {
      return { kind: 'absent', id: derivedEventId(scope.enriched.topic, record), ...outside, ...processing };
    }
    const reading = parseObject(record.value);
    const window = this.#windowOf(reading);
    if (this.request.range === undefined) this.#includeWindow(window?.startMs);
    return {
      kind: 'enriched',
      ...processing,
      ...content(scope.enriched, record, reading),
      ...plainOf(reading),
      window: window?.id ?? null,
      ...this.#monthOf(reading),
      ...outside,
    };
  }

  #monthOf(reading: JsonObject | undefined): { month?: Month | null } {
    return this.byMonth ? { month: monthOf(reading?.['timestamp']) } : {};
  }

  ofDeadLetter(record: IncomingRecord): ProcessedFact | null {
    const processing = this.#processing(record);
    if (processing === null) return null;
    const { scope } = this.request;
    const deadLetter = parseObject(record.value) ?? {};
    if (this.#isOfAnotherRange(this.#rawPlaceOfLetter(deadLetter), record, this.later.deadLetter)) return null;
    const cause = `${String(deadLetter['stage'])}:${String(deadLetter['reason'])}`;
    return {
      kind: 'deadLetter',
      ...processing,
      ...content(scope.deadLetter, record, deadLetter),
      ...(deadLetter['topic'] === scope.windows.topic ? {} : { cause }),
      ...this.#outsideLetter(deadLetter),
    };
  }

  ofWindow(record: IncomingRecord): WindowFact | null {
    if (runOf(record) !== this.request.scope.run) return null;
    const { windows } = this.request.scope;
    const window = parseObject(record.value);
    this.#includeWindow(Date.parse(String(window?.['windowStart'])));
    return { kind: 'published', ...content(windows, record, window), count: Number(window?.['count']) };
  }

  ofIndexedReading({ _id: id, _source: source, _version }: IndexedDocument): ReadingFact {
    const { scope } = this.request;
    if (isOfOtherRun(source, scope.run)) return this.ofForeignReading(id, source);
    if (_version > 1) this.hasOverwritten = true;
    const { partition, offset } = provenanceOf(source);
    return {
      kind: 'indexed',
      id,
      digest: documentDigest(source),
      ...plainOf(source),
      ...(isRedriven(source) ? { redriven: true } : {}),
      ...this.#outside({ topic: scope.raw.topic, partition, offset }),
    };
  }

  ofForeignReading(id: string, source: JsonObject): ForeignFact {
    const window = this.#windowOf(source)?.id ?? null;
    return {
      kind: 'foreign',
      ...{ id, digest: documentDigest(source), window, atMs: processedMs(source) },
      ...(isRedriven(source) ? { redriven: true } : {}),
    };
  }

  ofForeignDeadLetter(id: string, source: JsonObject): ForeignDeadLetterFact {
    return { kind: 'foreignDeadLetter', id, digest: documentDigest(source), atMs: processedMs(source) };
  }

  ofIndexedDeadLetter({ _id: id, _source: source }: IndexedDocument): readonly ReadingFact[] {
    const { run, enriched } = this.request.scope;
    if (this.#isOfAnotherRange(this.#rawPlaceOfLetter(source))) return [];
    if (!isOfOtherRun(source, run)) {
      return [{ kind: 'indexedDeadLetter', id, digest: documentDigest(source), ...this.#outsideLetter(source) }];
    }
    const deadLetter = this.ofForeignDeadLetter(id, source);
    if (source['stage'] !== 'index' || source['topic'] !== enriched.topic) return [deadLetter];
    const window = this.#windowOf(parseObject(wholeOriginal(source)))?.id ?? null;
    return [deadLetter, { kind: 'foreign', id, window, atMs: deadLetter.atMs }];
  }

  /** Empty for a window of another run with another length: this run has nothing to do with it. */
  ofIndexedWindow({ _id: id, _source: source }: IndexedDocument): readonly WindowFact[] {
    const { scope, windowMs, range } = this.request;
    const ofOtherRun = isOfOtherRun(source, scope.run);
    const lengthMs = Date.parse(String(source['windowEnd'])) - Date.parse(String(source['windowStart']));
    if (ofOtherRun && Number.isFinite(lengthMs) && lengthMs !== windowMs) return [];
    const { partition, offset } = provenanceOf(source);
    const isLater = range !== undefined && isAfter(scope.windows, partition, offset);
    const content = { id, digest: documentDigest(source), count: Number(source['count']) };
    return [{ kind: 'indexed', ...content, ...(ofOtherRun && { ofOtherRun }), ...(isLater && { isLater }) }];
  }

  /** From the start of the first of these windows to the end of the last one; null if there is none. */
  get windowTime(): EventTimeRange | null {
    if (this.#windows === null) return null;
    const { firstMs, lastMs } = this.#windows;
    return eventTimeRange(firstMs, lastMs + this.request.windowMs);
  }

  /** Returns the window of a reading, its id without the prefix; null if it is not in one. */
  #windowOf(reading: JsonObject | undefined): { readonly id: string; readonly startMs: number } | null {
    if (reading === undefined || reading['late'] === true) return null;
    const { windowMs } = this.request;
    const startMs = windowStartMs(String(reading['timestamp']), windowMs);
    return { id: windowId(String(reading['deviceId']), startMs, windowMs), startMs };
  }

  /** Processing by another run counts for a run without end, in whose range are records from before its start. */
  #processing(record: IncomingRecord): { readonly atMs: number; readonly byRun?: string } | null {
    const { scope, bounded } = this.request;
    const atMs = Number(record.timestamp);
    const run = runOf(record);
    if (run === scope.run) return { atMs };
    return bounded || run === undefined ? null : { atMs, byRun: run };
  }

  /**
   * A derived record of a range is one whose raw record is in it, wherever it is in its own topic. One without coordinates
   * belongs to the range in which it was read.
   *
   * @param later - notes where the first one of a later range is
   */
  #isOfAnotherRange({ partition, offset }: JsonObject, record?: IncomingRecord, later?: Map<number, bigint>): boolean {
    const { range, scope } = this.request;
    if (range === undefined || partition === undefined || isWithin(scope.raw, partition, offset)) return false;
    if (record !== undefined && later !== undefined && isAfter(scope.raw, partition, offset)) {
      const known = later.get(record.partition);
      const found = BigInt(record.offset);
      if (known === undefined || found < known) later.set(record.partition, found);
    }
    return true;
  }

  #rawPlaceOfLetter({ topic, partition, offset, headers }: JsonObject): JsonObject {
    if (topic === this.request.scope.raw.topic) return { partition, offset };
    return isObject(headers) && typeof headers['raw'] === 'string' ? placeOf(headers['raw']) : {};
  }

  /** Of a range, only what belongs to it is taken. */
  #outsideLetter(letter: JsonObject): { outside?: true } {
    return this.request.range === undefined ? this.#outside(letter) : {};
  }

  #includeWindow(startMs = Number.NaN): void {
    // Of a record that is no reading, the start is not a number.
    if (Number.isNaN(startMs)) return;
    const { firstMs, lastMs } = this.#windows ?? { firstMs: startMs, lastMs: startMs };
    this.#windows = { firstMs: Math.min(firstMs, startMs), lastMs: Math.max(lastMs, startMs) };
  }

  /**
   * The range of a bounded run is the whole run: every record with its run id belongs to it, whatever its provenance.
   * So does a record without provenance.
   */
  #outside({ topic, partition, offset }: JsonObject): { outside?: true } {
    const { scope, bounded } = this.request;
    if (bounded || partition === undefined) return {};
    const range = [scope.raw, scope.enriched, scope.windows].find((candidate) => candidate.topic === topic);
    return range === undefined || isWithin(range, partition, offset) ? {} : { outside: true };
  }
}

function offsetMap(offsets: Readonly<Record<string, string>>): Map<number, bigint> {
  return new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), BigInt(offset)]));
}

function provenanceOf({ [PROVENANCE_FIELD]: provenance }: JsonObject): JsonObject {
  return isObject(provenance) ? provenance : {};
}

function isRedriven(source: JsonObject): boolean {
  return Number(provenanceOf(source)['redrive']) >= 1;
}

/** When the indexed record was published, in epoch ms. */
function processedMs(source: JsonObject): number {
  return Number(provenanceOf(source)['processedAt'] ?? 0);
}

/** Of the raw record that an enriched one was made from. */
function rawPlaceOf({ headers }: IncomingRecord): JsonObject {
  return placeOf(headers[RAW_HEADER]?.toString('latin1') ?? '');
}

/** @param header - of the form of `pipeline-raw` */
function placeOf(header: string): JsonObject {
  const [partition, offset] = header.split(':');
  return partition === '' ? {} : { partition, offset };
}

/** Returns the run in the headers of a record; undefined if its producer set none. */
function runOf({ headers }: IncomingRecord): string | undefined {
  return headers[RUN_HEADER]?.toString('utf8');
}

/** The digest of a late reading without that flag. */
function plainOf(reading: JsonObject | undefined): { plain?: string } {
  return reading?.['late'] === true ? { plain: documentDigest(reading, 'late') } : {};
}

function content({ topic }: TopicRange, record: IncomingRecord, parsed: JsonObject | undefined) {
  const digest = parsed === undefined ? bytesDigest(record.value) : documentDigest(parsed);
  return { id: derivedEventId(topic, record), digest };
}

/** Whether a record of a topic is after a range of it; so are those of a partition that was added later. */
function isAfter({ to }: TopicRange, partition: unknown, offset: unknown): boolean {
  return /^\d+$/.test(String(offset)) && BigInt(String(offset)) >= BigInt(to[String(partition)] ?? 0);
}

function isWithin({ from, to }: TopicRange, partition: unknown, offset: unknown): boolean {
  const end = to[String(partition)];
  if (end === undefined || !/^\d+$/.test(String(offset))) return false;
  const position = BigInt(String(offset));
  return position >= BigInt(from[String(partition)] ?? '0') && position < BigInt(end);
}
