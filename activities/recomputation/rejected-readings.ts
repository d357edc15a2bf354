import type { Client } from '@elastic/elasticsearch';
import { wholeOriginal } from '../contracts/dead-letter';
import { parseObject, type JsonObject } from '../contracts/json-object';
import type { TopicRange } from '../contracts/offsets';
import { RUN_HEADER } from '../contracts/record';
import { ofOtherRuns } from '../elasticsearch/provenance';
import { scanIndex } from '../elasticsearch/scan-index';
import { placeText, recordsAt, type KafkaGateway } from '../kafka';
import { windowReading, type ReadingShape, type WindowReading } from './window-reading';

export interface RejectedReadingsRequest extends ReadingShape {
  readonly run: string;
  /** The dead letters of the run so far; null if the index rejected none of its readings. */
  readonly deadLetters: TopicRange | null;
  /** Alias of the dead letters. */
  readonly deadLetterIndex: string;
  readonly enrichedTopic: string;
  readonly signal: AbortSignal;
}

/**
 * Returns by id the readings of all runs that the index rejected, those of this run from Kafka: they count in their
 * windows, as the Spark job has counted them. All are in memory, with about 300 bytes each; of a run with many of them,
 * indexing has parked before. Of those of other runs, one is left out if its dead letter has no more than its beginning, or is protected.
 */
export async function rejectedReadings(
  { kafka, elasticsearch }: { readonly kafka: KafkaGateway; readonly elasticsearch: Client },
  request: RejectedReadingsRequest,
): Promise<ReadonlyMap<string, WindowReading>> {
  const { deadLetterIndex: index, enrichedTopic, run, signal } = request;
  const rejected = new Map<string, WindowReading>();
  const add = (id: unknown, value: Buffer | null, isOfRun: boolean): void => {
    const document = parseObject(value);
    const reading = document && windowReading(String(id), document, isOfRun, request);
    if (reading) rejected.set(reading.id, reading);
  };
  const query = {
    bool: { filter: [ofOtherRuns(run), { term: { stage: 'index' } }, { term: { topic: enrichedTopic } }] },
  };
  for await (const documents of scanIndex(elasticsearch, { index, query, signal })) {
    for (const { _id, _source } of documents) add(_id, wholeOriginal(_source), false);
  }
  const truncated: JsonObject[] = [];
  await readLetters(kafka, request, (letter) => {
    const original = wholeOriginal(letter);
    if (original === null) truncated.push({ ...letter, original: undefined });
    else add(letter['id'], original, true);
  });
  const places = truncated.map(placeOf);
  const enriched = await recordsAt(kafka, enrichedTopic, places, signal);
  for (const [at, place] of places.entries())
    add(truncated[at]?.['id'], enriched.get(placeText(place))?.value ?? null, true);
  return rejected;
}

/** Passes the dead letters of the readings of this run to `take`. */
async function readLetters(
  kafka: KafkaGateway,
  { run, deadLetters, enrichedTopic, signal }: RejectedReadingsRequest,
  take: (letter: JsonObject) => void,
): Promise<void> {
  if (deadLetters === null) return;
  const { topic } = deadLetters;
  for (const [partition, to] of Object.entries(deadLetters.to)) {
    const from = deadLetters.from[partition] ?? '0';
    if (from === to) continue;
    await kafka.readRange({ topic, partition: Number(partition), from, to, signal }, (records) => {
      for (const { headers, value } of records) {
        if (headers[RUN_HEADER]?.toString('utf8') !== run) continue;
        const letter = parseObject(value) ?? {};
        if (letter['stage'] === 'index' && letter['topic'] === enrichedTopic) take(letter);
      }
    });
  }
}

function placeOf({ partition, offset }: JsonObject): { readonly partition: number; readonly offset: string } {
  return { partition: Number(partition), offset: String(offset) };
}
