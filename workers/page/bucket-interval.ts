const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** As many fit side by side on a phone. */
const MAX_BUCKETS = 60;

/** Windows are a minute long by default: shorter buckets would be empty. */
const LENGTHS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7].map((days) => days * DAY_MS),
];

/** The shortest usual length of buckets of which few enough cover a stretch of time, however long that is. */
export function bucketIntervalMs(stretchMs: number): number {
  const wantedMs = stretchMs / MAX_BUCKETS;
  return LENGTHS_MS.find((lengthMs) => lengthMs >= wantedMs) ?? Math.ceil(wantedMs / DAY_MS) * DAY_MS;
}
