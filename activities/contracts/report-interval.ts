const MIN_INTERVAL_MS = 2_000;
const MAX_INTERVAL_MS = 30_000;
/** So often per doubling of its age a part reports, so that its history grows slowly. */
const REPORTS_PER_AGE = 30;

/** How long a part of a pipeline of that age waits between two reports of its progress. */
export function reportIntervalMs(ageMs: number): number {
  return Math.min(Math.max(ageMs / REPORTS_PER_AGE, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
}
