/** One raw record and its expected outcome; the key identifies the case. */
export interface ParseCase {
  readonly name: string;
  readonly value: string | Buffer | null;
  /** Default: an `event-id` header with the name. */
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  readonly outcome: Outcome;
}

/** A dead letter's reason, fields of the enriched reading, or no value; `id` is the expected id, `null`: its coordinates. */
export type Outcome = { readonly id?: string | null } & (
  { readonly reason: string } | { readonly reading: object } | { readonly absent: true }
);

/** The records use other column names: see `CASE_FIELDS`. */
export const CASE_FIELDS = {
  deviceId: 'origin',
  timestamp: 'time',
  temperature: { column: 'temp', unit: '°F' },
  felt: { column: 'temp', unit: '°F' },
  humidity: 'humid',
} as const;

/** The first month is that of a case. */
export const CASE_INDEX = { by: 'month', from: '1900-01' } as const;

export const CASE_MEASUREMENTS = [
  { name: 'temperature', unit: '°C', min: -90, max: 150 },
  { name: 'felt', unit: '°C', min: -90, max: 1e9 },
  { name: 'humidity', unit: '%', min: 0, max: 100 },
];

export const TIME = '2024-03-09T00:00:00Z';

/** Members of an object with the other column names, as text, so that a case can break them. */
export function members(name: string, changes: Readonly<Record<string, string | null>> = {}): string {
  const all: Record<string, string | null> = {
    origin: `"${name}"`,
    time: `"${TIME}"`,
    temp: '50',
    humid: '40',
    ...changes,
  };
  return Object.entries(all)
    .flatMap(([key, json]) => (json === null ? [] : [`"${key}":${json}`]))
    .join(',');
}

export function good(name: string, changes: Readonly<Record<string, string | null>>, reading: object): ParseCase {
  return { name, value: `{${members(name, changes)}}`, outcome: { reading } };
}

export function bad(name: string, changes: Readonly<Record<string, string | null>>, reason: string): ParseCase {
  return { name, value: `{${members(name, changes)}}`, outcome: { reason } };
}

/** A record in which no measurement has a value. */
export function absent(name: string, changes: Readonly<Record<string, string | null>>): ParseCase {
  return { name, value: `{${members(name, changes)}}`, outcome: { absent: true } };
}

export function whole(name: string, value: ParseCase['value'], reason: string): ParseCase {
  return { name, value, outcome: { reason } };
}
