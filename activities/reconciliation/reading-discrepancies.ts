import { isBefore } from '../contracts/event-month';
import type { DiscrepancyKind } from '../contracts/report';
import { differs, MAX_LETTER_CONTENTS, type ReadingState } from './reading-state';

type Rule = (reading: ReadingState, hasPlan: boolean) => boolean;

const RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['planned but not published', (r) => r.planned && !r.hasLeftSource],
  ['published but not planned', (r, hasPlan) => hasPlan && !r.planned && !r.isOfAnotherRun && r.hasLeftSource],
  ['published but neither indexed nor a dead letter', (r) => r.isPublished && !r.hasEnded],
  ['enriched but not published', (r) => r.isEnriched && !r.isPublished],
  ['absent but not published', (r) => r.hasAbsentRecord && !r.isPublished],
  ['indexed but not published', (r) => r.isIndexed && !r.isPublished],
  ['indexed but not enriched', (r) => r.isIndexed && r.isPublished && !r.isEnriched],
  ['indexed and a dead letter', (r) => r.cause !== null && r.isIndexed && !r.isResolvedDeadLetter],
  ['indexed twice', (r) => r.documents > 1],
  ['indexed though its month is dropped', (r) => r.isIndexed && isBefore(r.month, r.bounds.droppedBefore)],
  ['indexed with other content', (r) => r.isIndexedOtherwise || differs(r.enrichedContent, r.contentOfOthers)],
  ['indexed by an earlier run but rejected by this one', (r) => r.isIndexedByEarlierRun],
  ['conflicting content under one id', (r) => r.isConflicting],
  ['dead letter of nothing published', (r) => !r.isPublished && (r.hasParseDeadLetter || r.hasIndexDeadLetter)],
  ['dead letter not indexed', (r) => isDeadLetterMissing(r)],
  ['dead letter not published', (r) => !r.hasDeadLetter && r.indexedDeadLetterContent !== null],
  [
    'dead letter with other content',
    (r) => r.hasDeadLetter && isNotAmong(r.deadLetterContents, r.indexedDeadLetterContent),
  ],
];

/** Returns the rules that an id violates. */
export function readingDiscrepancies(reading: ReadingState, hasPlan: boolean): DiscrepancyKind[] {
  return RULES.filter(([, applies]) => applies(reading, hasPlan)).map(([kind]) => kind);
}

function isDeadLetterMissing(reading: ReadingState): boolean {
  return reading.lacksDeadLetterDocument && !reading.isDeadLetterOfLaterRun;
}

function isNotAmong(contents: readonly string[], content: string | null): boolean {
  return content !== null && contents.length < MAX_LETTER_CONTENTS && !contents.includes(content);
}
