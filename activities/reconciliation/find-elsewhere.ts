import type { estypes } from '@elastic/elasticsearch';
import { EVENT_TIME_FIELDS } from '../elasticsearch/event-time';
import { ofOtherRuns } from '../elasticsearch/provenance';
import { scanIndex } from '../elasticsearch/scan-index';
import type { FactCollection } from './collect-facts';
import type { ReadingState } from './reading-state';
import type { RecordFacts } from './record-facts';

/** Ids in one search. */
const IDS_PER_SEARCH = 1_000;

/**
 * Adds to ids of a bounded run what other runs have under them outside of the time of its windows: readings that this run
 * rejected, or that are in the index of another month, and dead letters.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function findElsewhere(
  { elasticsearch, request: { aliases, scope }, byMonth, signal }: FactCollection,
  facts: RecordFacts,
  states: ReadonlyMap<string, ReadingState>,
): Promise<void> {
  const idsOf = (wanted: (state: ReadingState) => boolean): string[] =>
    [...states].flatMap(([id, state]) => (state.inRange && wanted(state) ? [id] : []));
  const { windowTime } = facts;
  const elsewhere = windowTime === null ? [] : [{ range: { [EVENT_TIME_FIELDS.readings]: windowTime } }];
  const others = [ofOtherRuns(scope.run)];
  const scanned = (index: string, ids: readonly string[], notIn: estypes.QueryDslQueryContainer[]) =>
    withIds(ids, (filter) =>
      scanIndex(elasticsearch, { index, query: { bool: { filter: [filter, ...others], must_not: notIn } }, signal }),
    );
  const readings = idsOf((state) => state.isWithoutReading || (byMonth && state.isEnriched));
  for await (const documents of scanned(aliases.readings, readings, elsewhere)) {
    for (const { _id: id, _source } of documents) states.get(id)?.add(facts.ofForeignReading(id, _source));
  }
  const deadLetters = idsOf((state) => state.lacksDeadLetterDocument);
  for await (const documents of scanned(aliases.deadLetters, deadLetters, [])) {
    for (const { _id: id, _source } of documents) states.get(id)?.add(facts.ofForeignDeadLetter(id, _source));
  }
}

/**
 * Adds to ids of a range the documents that come from outside of it: the id came again there, so the document is newer, or
 * it was replayed or redriven.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function findRepeats(
  { elasticsearch, request: { aliases }, checkpoint, signal }: FactCollection,
  facts: RecordFacts,
  states: ReadonlyMap<string, ReadingState>,
): Promise<void> {
  const idsOf = (wanted: (state: ReadingState) => boolean): string[] =>
    [...states].flatMap(([id, state]) => (state.inRange && wanted(state) ? [id] : []));
  const scanned = (index: string, ids: readonly string[]) =>
    withIds(ids, (query) => scanIndex(elasticsearch, { index, query, signal }));
  const readings = idsOf((state) => state.isEnriched && state.documents === 0);
  // Their documents are not found by the offsets of the range alone, so that a checksum says nothing about them.
  for (const id of readings) checkpoint.indexed.add({ elsewhere: id });
  for await (const documents of scanned(aliases.readings, readings)) {
    for (const document of documents) states.get(document._id)?.add(facts.ofIndexedReading(document));
  }
  const deadLetters = idsOf((state) => state.lacksDeadLetterDocument);
  for (const id of deadLetters) checkpoint.indexed.add({ elsewhere: id });
  for await (const documents of scanned(aliases.deadLetters, deadLetters)) {
    for (const { _id: id } of documents) states.get(id)?.add({ kind: 'deadLetterElsewhere', id });
  }
}

async function* withIds<T>(
  ids: readonly string[],
  search: (query: estypes.QueryDslQueryContainer) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  for (let first = 0; first < ids.length; first += IDS_PER_SEARCH) {
    yield* search({ ids: { values: ids.slice(first, first + IDS_PER_SEARCH) } });
  }
}
