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
  const scanned = async function* (index: string, ids: readonly string[], notIn: estypes.QueryDslQueryContainer[]) {
    for (let first = 0; first < ids.length; first += IDS_PER_SEARCH) {
      const values = ids.slice(first, first + IDS_PER_SEARCH);
      const query = { bool: { filter: [{ ids: { values } }, ofOtherRuns(scope.run)], must_not: notIn } };
      yield* scanIndex(elasticsearch, { index, query, signal });
    }
  };
  const readings = idsOf((state) => state.isWithoutReading || (byMonth && state.isEnriched));
  for await (const documents of scanned(aliases.readings, readings, elsewhere)) {
    for (const { _id: id, _source } of documents) states.get(id)?.add(facts.ofForeignReading(id, _source));
  }
  const deadLetters = idsOf((state) => state.lacksDeadLetterDocument);
  for await (const documents of scanned(aliases.deadLetters, deadLetters, [])) {
    for (const { _id: id, _source } of documents) states.get(id)?.add(facts.ofForeignDeadLetter(id, _source));
  }
}
