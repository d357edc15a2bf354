import type { DeadLetter } from '../contracts/record';

const OTHER_TYPE = /^(?:\[\d+:\d+\] )?failed to parse field \[(?<field>[^\]]+)\] of type \[(?<type>[^\]]+)\]/;
const UNKNOWN = /dynamic introduction of \[(?<field>[^\]]+)\]/;
/** A name may be as long as a record. */
const MAX_NAME_LENGTH = 100;

/** What an index expects of the records that no index can take, by the reason of their dead letters. */
const EXPECTED = {
  BadEventId: 'a header event-id of 1 to 512 bytes',
  Tombstone: 'a value, got none',
  NotOneObjectOnOneLine: 'one JSON object on one line',
  BadVersion: 'a header pipeline-version of 1 to 18 digits',
  TooLargeForIndex: 'a document that Elasticsearch accepts in one request',
} as const;

/**
 * Says what was expected of a rejected record; without a detail if nobody says it.
 *
 * @param answered - Elasticsearch's reason; it may quote a value, of which nothing is passed on
 */
export function rejectionDetail(reason: string, answered = ''): Pick<DeadLetter, 'detail'> {
  if (reason in EXPECTED) return { detail: `Expected ${EXPECTED[reason as keyof typeof EXPECTED]}.` };
  const { field, type } = (OTHER_TYPE.exec(answered) ?? UNKNOWN.exec(answered))?.groups ?? {};
  if (field === undefined) return {};
  const name = field.length > MAX_NAME_LENGTH ? `${field.slice(0, MAX_NAME_LENGTH)}…` : field;
  const expected = type === undefined ? 'expected a field that the index knows' : `expected a value of type ${type}`;
  return { detail: `Field ${name}: ${expected}.` };
}
