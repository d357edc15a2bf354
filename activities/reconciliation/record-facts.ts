import { monthOf } from '../contracts/event-month';
import type { TopicRange } from '../contracts/offsets';
import { RAW_HEADER, REDRIVE_HEADER, redriveCount, RUN_HEADER } from '../contracts/record';
import type { ReconcileRequest } from '../contracts/report';
import { PROVENANCE_FIELD } from '../elasticsearch/provenance';
import type { IncomingRecord } from '../kafka';
import { bytesDigest, documentDigest, isObject, parseObject, type JsonObject } from './content-digest';
import { derivedEventId, rawEventId } from './event-id';
import type { ReadingFact } from './reading-state';
import type { IndexedDocument } from './scan-index';
import { windowKey, type WindowFact } from './window-state';

/** Counts that no fact contains. */
export interface RawCounts {
  /** Records of another run. */
  readonly foreign: number;
  /** Size of the values of this run's records. */
  readonly rawBytes: number;
}

/** Converts records of the raw topic, which others may write as well, to facts. */
export class RawFacts implements RawCounts {
  foreign = 0;
  rawBytes = 0;

  constructor(private readonly request: ReconcileRequest) {}

  /** Returns null for a record of another run; for a run without end, every record counts as its own. */
  of(record: IncomingRecord): ReadingFact | null {
    const { scope, bounded, eventIdField } = this.request;
    const isForeign = (runOf(record) ?? scope.run) !== scope.run;
    if (bounded && isForeign) {
      this.foreign += 1;
      return null;
    }
    this.rawBytes += record.value?.length ?? 0;
    const id = rawEventId(scope.raw.topic, record, eventIdField);
    const ofAnotherRun = isForeign && redriveCount(record.headers[REDRIVE_HEADER]) > 0;
    return { side: 'published', id, digest: bytesDigest(record.value), ...(ofAnotherRun ? { ofAnotherRun } : {}) };
  }
}

/** Returns the run in the headers of a record; undefined if its producer set none. */
export function runOf({ headers }: IncomingRecord): string | undefined {
  return headers[RUN_HEADER]?.toString('utf8');
}

interface Outside {
  readonly outside?: true;
}

/** Converts what the pipeline wrote to topics and indices to facts. */
export class DerivedFacts {
  /** @param byMonth - whether readings are in monthly indices */
  constructor(
    private readonly request: ReconcileRequest,
    private readonly byMonth: boolean,
  ) {}

  ofEnriched(record: IncomingRecord): ReadingFact {
    const { scope, windowMs } = this.request;
    const reading = parseObject(record.value);
    const [partition, offset] = record.headers[RAW_HEADER]?.toString('latin1').split(':') ?? [];
    return {
      side: 'enriched',
      ...content(scope.enriched, record, reading),
      window:
        reading === undefined || reading['late'] === true
          ? null
          : windowKey(String(reading['deviceId']), String(reading['timestamp']), windowMs),
      ...(this.byMonth ? { month: monthOf(reading?.['timestamp']) } : {}),
      ...this.#outside(scope.raw.topic, partition, offset),
    };
  }

  ofLetter(record: IncomingRecord): ReadingFact {
    const { deadLetter, windows } = this.request.scope;
    const letter = parseObject(record.value) ?? {};
    return {
      side: 'letter',
      ...content(deadLetter, record, letter),
      cause: `${String(letter['stage'])}:${String(letter['reason'])}`,
      ...(letter['topic'] === windows.topic ? { ofWindow: true } : {}),
      ...this.#outsideOfLetter(letter),
    };
  }

  ofWindow(record: IncomingRecord): WindowFact {
    const window = parseObject(record.value);
    return { side: 'published', ...content(this.request.scope.windows, record, window), count: countOf(window) };
  }

  ofIndexedReading({ id, source }: IndexedDocument): ReadingFact {
    const field = source[PROVENANCE_FIELD];
    const provenance = isObject(field) ? field : {};
    return {
      side: 'indexed',
      id,
      digest: documentDigest(source),
      ...(Number(provenance['redrive']) >= 1 ? { redriven: true } : {}),
      ...this.#outside(this.request.scope.raw.topic, provenance['partition'], provenance['offset']),
    };
  }

  ofIndexedLetter({ id, source }: IndexedDocument): ReadingFact {
    return { side: 'indexed letter', id, digest: documentDigest(source), ...this.#outsideOfLetter(source) };
  }

  ofIndexedWindow({ id, source }: IndexedDocument): WindowFact {
    return { side: 'indexed', id, digest: documentDigest(source), count: countOf(source) };
  }

  #outsideOfLetter(letter: JsonObject): Outside {
    return this.#outside(letter['topic'], letter['partition'], letter['offset']);
  }

  /**
   * The range of a bounded run is the whole run: every record with its run id belongs to it, whatever its provenance.
   * So does a record without provenance.
   */
  #outside(topic: unknown, partition: unknown, offset: unknown): Outside {
    const { scope, bounded } = this.request;
    if (bounded || partition === undefined) return {};
    const range = [scope.raw, scope.enriched, scope.windows].find((candidate) => candidate.topic === topic);
    return range === undefined || isWithin(range, partition, offset) ? {} : { outside: true };
  }
}

function content(
  { topic }: TopicRange,
  record: IncomingRecord,
  parsed: JsonObject | undefined,
): { readonly id: string; readonly digest: string } {
  const digest = parsed === undefined ? bytesDigest(record.value) : documentDigest(parsed);
  return { id: derivedEventId(topic, record), digest };
}

function isWithin({ from, to }: TopicRange, partition: unknown, offset: unknown): boolean {
  const end = to[String(partition)];
  if (end === undefined || !/^\d+$/.test(String(offset))) return false;
  const position = BigInt(String(offset));
  return position >= BigInt(from[String(partition)] ?? '0') && position < BigInt(end);
}

function countOf(window: JsonObject | undefined): number {
  return Number(window?.['count']);
}
