import { z } from 'zod';

/** Numbers of these units since 1970-01-01T00:00Z. */
const EPOCH_UNITS = ['s', 'ms', 'us', 'ns'];
const NAMED_FORMATS = ['iso', ...EPOCH_UNITS, 'rfc1123'];

/** How the timestamps of a source are written; each option has a default. */
export const timestampOptions = {
  format: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe(
      'Of a timestamp: iso (the default), s, ms, us or ns since 1970, rfc1123, or a pattern in the letters of ' +
        'DateTimeFormatter of Java, for example dd.MM.yyyy HH:mm',
    ),
  zone: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Of timestamps without a zone: an IANA name or an offset; default: they are dead letters'),
  ambiguous: z
    .enum(['earlier', 'later'])
    .optional()
    .describe('Which instant a local time means that occurs twice, when clocks go back; default: earlier'),
};

type TimestampOptions = z.infer<z.ZodObject<typeof timestampOptions>>;

/** How the Spark job reads timestamps. */
export interface TimestampReading {
  readonly format: string;
  /** Null: a time without a zone is a dead letter. */
  readonly zone: string | null;
  readonly ambiguous: 'earlier' | 'later';
}

/** Completes options without problems. */
export function resolveTimestampReading({ format, zone, ambiguous }: TimestampOptions): TimestampReading {
  return {
    format: format ?? 'iso',
    zone: zone === undefined ? null : (ianaName(zone) ?? zone),
    ambiguous: ambiguous ?? 'earlier',
  };
}

/** Returns one text per problem: `<option>: expected …, got …`. */
export function timestampProblems({ format = 'iso', zone }: TimestampOptions): string[] {
  const problems: string[] = [];
  if (!NAMED_FORMATS.includes(format)) problems.push(...patternProblems(format, zone));
  if (zone !== undefined && !isOffset(zone) && ianaName(zone) === undefined) {
    problems.push(`zone: expected an IANA name such as Europe/Berlin or an offset such as +01:00, got ${zone}`);
  }
  if (zone !== undefined && [...EPOCH_UNITS, 'rfc1123'].includes(format)) {
    problems.push(`zone: expected none, since every timestamp of the format ${format} has one, got ${zone}`);
  }
  return problems;
}

/**
 * Letters of a pattern, and how often one may stand in a row; others do not make a date and a time. Only at the end z: EST,
 * IST or BST name several zones, so that the setting `zone` must say which one has such a name.
 */
const MOST_IN_A_ROW: Readonly<Record<string, number>> = {
  ...{ u: 9, y: 9, M: 4, L: 4, d: 2, D: 3, E: 4, a: 1, H: 2, h: 2, K: 2, k: 2, m: 2, s: 2, S: 9 },
  ...{ V: 2, O: 4, X: 5, x: 5, Z: 5 },
};

/** What a pattern without its quoted texts must not be, and what is expected instead. */
const PATTERN_RULES: readonly (readonly [isViolated: (letters: string) => boolean, expected: string])[] = [
  [(letters) => letters.includes("'"), "with a second ' for each one"],
  [(letters) => letters.includes('Y'), 'with yyyy, since YYYY is the year of a week'],
  [
    hasOtherLetters,
    `with no other letters than ${Object.keys(MOST_IN_A_ROW).join('')}, a z at its end, and texts in quotes`,
  ],
  [(letters) => !isDate(letters), 'with year, month and day, for example yyyy-MM-dd HH:mm'],
  [(letters) => /[hK]/.test(letters) && !letters.includes('a'), 'with HH, or with a beside hh'],
];

/** Checks what can be seen here; the Spark job refuses to start with any other pattern that is none. */
function patternProblems(pattern: string, zone: string | undefined): string[] {
  const quoted = pattern.replaceAll(/'[^']*'/g, ' ');
  const hasName = quoted.endsWith('z');
  const letters = hasName ? quoted.slice(0, -1) : quoted;
  const rule = PATTERN_RULES.find(([isViolated]) => isViolated(letters));
  if (rule !== undefined) {
    return [`format: expected ${NAMED_FORMATS.join(', ')} or a pattern ${rule[1]}, got ${pattern}`];
  }
  if (hasName && (zone === undefined || isOffset(zone))) {
    return [`zone: expected an IANA name, whose names such as CET and CEST the z of the pattern ${pattern} reads`];
  }
  if (zone !== undefined || /[VOXxZ]/.test(letters)) return [];
  return [`zone: expected the zone of the timestamps, since the pattern ${pattern} has none, got nothing`];
}

function hasOtherLetters(letters: string): boolean {
  const runs = letters.match(/([A-Za-z])\1*/g) ?? [];
  return /[{}#]/.test(letters) || runs.some((run) => run.length > (MOST_IN_A_ROW[run.charAt(0)] ?? 0));
}

function isDate(letters: string): boolean {
  const hasDay = letters.includes('D') || (/[ML]/.test(letters) && letters.includes('d'));
  return hasDay && /[uy]/.test(letters);
}

function isOffset(zone: string): boolean {
  return /^[+-](?:0\d|1[0-7]):?[0-5]\d$/.test(zone);
}

/** Whether a text names a zone: an IANA name or an offset. */
export function isZone(text: string): boolean {
  return isOffset(text) || ianaName(text) !== undefined;
}

/** Returns the name as the tz database spells it; undefined if it has none. */
function ianaName(zone: string): string | undefined {
  if (!/^(?:UTC|GMT|[A-Za-z_]+\/[A-Za-z0-9_+/-]+)$/.test(zone)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone.toLowerCase() === zone.toLowerCase() ? timeZone : zone;
  } catch {
    return undefined;
  }
}
