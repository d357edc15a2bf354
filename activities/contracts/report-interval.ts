const YOUNG_MS = 60_000;
const YOUNG_INTERVAL_MS = 2_000;
const INTERVAL_MS = 30_000;

/**
 * How long a part of a pipeline of that age waits between two reports of its progress: a person watches the first minute,
 * and from then on each report is an event in two histories, which a service bills.
 */
export function reportIntervalMs(ageMs: number): number {
  return ageMs < YOUNG_MS ? YOUNG_INTERVAL_MS : INTERVAL_MS;
}
