import { deadLetterRecord } from '../../../../activities/contracts/dead-letter';
import { rawRecordOf, readDeadLetter } from '../../../../activities/indexing/redrive/dead-letter';

describe('the raw record of a dead letter', () => {
  it.each([{}, { 'pipeline-row': 'row-1', 'pipeline-position': 'row 7' }])(
    'has its value, key and run, and of the headers %j those that it has',
    (row) => {
      const original = Buffer.from('{"deviceId":"a"}');
      const draft = { id: 'event-1', stage: 'parse', reason: 'BadTimestamp', topic: 'a.raw', partition: 1 } as const;
      const { key, value, headers } = deadLetterRecord({ ...draft, offset: '7', key: 'a', original, run: 'run-1' });
      const letter = readDeadLetter({
        ...{ partition: 0, offset: '3', timestamp: '1', key: Buffer.from(String(key)), value: Buffer.from(value) },
        headers: Object.fromEntries(
          Object.entries({ ...headers, ...row }).map(([name, text]) => [name, Buffer.from(text)]),
        ),
      });
      expect(letter).not.toBeNull();
      if (letter === null) return;
      expect(rawRecordOf(letter, 2)).toEqual({
        key: Buffer.from('a'),
        value: original,
        headers: { 'event-id': 'event-1', 'pipeline-run': 'run-1', ...row, 'pipeline-redrive': '2' },
      });
    },
  );
});
