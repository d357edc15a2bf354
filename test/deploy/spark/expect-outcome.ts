import type { ParseCase } from './parse-case';
import { idOf, type Written } from './spark-run';

interface Outputs {
  readonly enriched: readonly Written[];
  readonly deadLetters: readonly Written[];
}

/** Checks the outcome and the id of a case. */
export function expectOutcome({ name, outcome }: ParseCase, { enriched, deadLetters }: Outputs): void {
  const deadLetter = deadLetters.find(({ key }) => key === name);
  if ('reason' in outcome) {
    expect(deadLetter).toBeDefined();
    if (deadLetter !== undefined)
      expectDeadLetter(deadLetter, outcome.reason, outcome.id === undefined ? name : outcome.id);
    return;
  }
  expect(deadLetter).toBeUndefined();
  const hasId = (record: Written) =>
    outcome.id === null ? record.key === name : idOf(record) === (outcome.id ?? name);
  const reading = enriched.find(hasId);
  if ('absent' in outcome) {
    expect(reading).toMatchObject({ key: '', bytes: '', headers: { 'pipeline-absent': '1' } });
    expect(reading?.headers).toHaveProperty('pipeline-raw');
    return;
  }
  expect(reading?.value).toMatchObject(outcome.reading);
  expect(reading?.value).not.toHaveProperty('late');
  expect(reading?.value['id']).toBe(reading?.headers['event-id']);
}

/** @param id - null: the coordinates of the raw record */
function expectDeadLetter(deadLetter: Written, reason: string, id: string | null): void {
  const { value } = deadLetter;
  expect(value).toMatchObject({ stage: 'parse', reason, detail: expect.any(String) as string });
  const coordinates = [value['topic'], value['partition'], value['offset']].join('-');
  expect([value['id'], idOf(deadLetter)]).toEqual([id ?? coordinates, id ?? coordinates]);
}
