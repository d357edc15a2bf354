import { z } from 'zod';

/** A number and a unit, for example `5 minutes` or `10s`. */
const DURATION_PATTERN = /^(\d+) ?(ms|s|seconds?|m|minutes?|h|hours?|d|days?)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Ten years, leap days included. */
const MAX_DURATION_DAYS = 3_653;
const MAX_DURATION_MS = MAX_DURATION_DAYS * 86_400_000;

/** Creates the schema of a duration of at least `minMs` and at most ten years, as text. */
export function durationFrom(minMs: number): z.ZodString {
  const got = ({ input }: { readonly input?: unknown }): string => `got ${JSON.stringify(input)}`;
  return z
    .string()
    .regex(DURATION_PATTERN, {
      error: (issue) => `expected a duration such as "30 seconds" or "5 minutes", ${got(issue)}`,
    })
    .refine((text) => !isOutside(durationMs(text), minMs), {
      error: (issue) => `expected ${minMs} ms to ${MAX_DURATION_DAYS} days, which is ten years, ${got(issue)}`,
    });
}

/** False for the NaN of a text that is no duration, which the pattern reports. */
function isOutside(ms: number, minMs: number): boolean {
  return ms < minMs || ms > MAX_DURATION_MS;
}

/** Converts a duration that the schema has accepted to milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit = ''] = DURATION_PATTERN.exec(text) ?? [];
  return Number(amount) * (UNIT_MS[unit] ?? UNIT_MS[unit.charAt(0)] ?? Number.NaN);
}
