import { randomBytes } from 'node:crypto';
import type { RawRecord } from '../deploy/spark/judged-records';
import type { Choice } from './choice';
import { oddText, ODD_VALUES } from './odd-values';

const FIELDS = ['deviceId', 'timestamp', 'temperature', 'humidity', 'text', 'extra'] as const;
const MAX_RECORDS = 20;
const FRAMED = Buffer.from([0, 0, 0, 0, 7, 2, 10, 0x73]);

/** Records of a topic with odd keys, headers, values and Kafka times. */
export function oddRecords(choice: Choice): RawRecord[] {
  return choice.times(0, MAX_RECORDS, () => ({
    key: choice.of<RawRecord['key']>([null, 'd', '', '{"id":"k-1"}', Buffer.from([0xff, 0]), 'k'.repeat(5_000)]),
    value: oddValue(choice),
    headers: oddHeaders(choice),
    ...(choice.happens(0.2) ? { publishedMs: choice.of([0, 1, 1_767_600_000, 1_577_836_800_000]) } : {}),
  }));
}

function oddValue(choice: Choice): RawRecord['value'] {
  const entries = FIELDS.filter(() => choice.happens(0.9)).map((field) => {
    return [field, choice.happens(0.05) ? choice.of(ODD_VALUES) : oddText(choice, field)] as const;
  });
  const value = JSON.stringify(Object.fromEntries(entries));
  if (choice.happens(0.85)) return value;
  return choice.of([null, '', ' ', '[]', '{', value.slice(0, -2), `${value}\n${value}`, FRAMED, `\ufeff${value}`]);
}

function oddHeaders(choice: Choice): RawRecord['headers'] {
  const id = choice.of<string | Buffer | null>(['', 'a\0b', 'é'.repeat(201), Buffer.from([0xc3, 0x28]), null, 'seq-1']);
  return {
    ...(choice.happens(0.15) ? { 'event-id': id } : {}),
    ...(choice.happens(0.1) ? { run: '42' } : {}),
    ...(choice.happens(0.1) ? { 'pipeline-run': 'other' } : {}),
    ...(choice.happens(0.1) ? { 'pipeline-redrive': choice.of(['1', '9', 'x']) } : {}),
    ...(choice.happens(0.1) ? { h: choice.of<string | Buffer | null>(['device-9', '', null, randomBytes(0)]) } : {}),
  };
}
