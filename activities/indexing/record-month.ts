import { monthOf, type Month } from '../contracts/event-month';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
/** As the Spark job writes every instant. */
const UTC_INSTANT = /^(\d{4}-(?:0[1-9]|1[0-2]))-\d\dT[\d:.]+Z$/;

/** The month of the instant that a record's own field holds; null where it holds none. */
export function recordMonth(value: Buffer, field: string): Month | null {
  return writtenMonth(value, field) ?? parsedMonth(value, field);
}

/** Reads it from the bytes, since it is done for every record; null where the value is not as the Spark job writes it. */
function writtenMonth(value: Buffer, field: string): Month | null {
  const key = `"${field}":"`;
  const at = value.indexOf(key, 1, 'latin1');
  const before = value[at - 1];
  if (at === -1 || (before !== COMMA && before !== OPENING_BRACE)) return null;
  // Before it no object has begun, so it is a field of the record itself.
  const inner = value.indexOf(OPENING_BRACE, 1);
  if (inner !== -1 && inner < at) return null;
  const start = at + key.length;
  const end = value.indexOf(QUOTE, start);
  return UTC_INSTANT.exec(value.toString('latin1', start, end))?.[1] ?? null;
}

function parsedMonth(value: Buffer, field: string): Month | null {
  try {
    const parsed = JSON.parse(value.toString('utf8')) as Readonly<Record<string, unknown>> | null;
    return monthOf(parsed?.[field]);
  } catch {
    return null;
  }
}
