import { monthOf } from '../contracts/event-month';
import type { TopicRange } from '../contracts/offsets';
import { RAW_HEADER } from '../contracts/record';
import type { ReconcileRequest } from '../contracts/report';
import { PROVENANCE_FIELD } from '../elasticsearch/provenance';
import type { IncomingRecord } from '../kafka';
import { bytesDigest, documentDigest, parseObject, type JsonObject } from './content-digest';
import { derivedEventId } from './event-id';
import type { ReadingFact } from './reading-account';
import type { IndexedDocument } from './scan-index';
import { windowKey, type WindowFact } from './window-account';

interface Outside {
  readonly outside?: true;
}

/** Puts what the pipeline made of raw records, in topics and indices, into facts. */
export class DerivedFacts {
  /** @param byMonth - whether a reading stands in the index of its month */
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
    const provenance = provenanceOf(source);
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
   * A bounded run's range is the whole run: whatever bears its name belongs to it, wherever it claims to come from.
   * So does what does not say where it comes from.
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

function provenanceOf(source: JsonObject): JsonObject {
  const provenance = source[PROVENANCE_FIELD];
  return typeof provenance === 'object' && provenance !== null ? (provenance as JsonObject) : {};
}

function countOf(window: JsonObject | undefined): number {
  return Number(window?.['count']);
}
