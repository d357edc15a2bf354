/** Ids and versions of windows, as the Spark job's `WindowRecord` makes them too. */

/** Versions of one run: a window with more distinct readings keeps the last of them. */
const VERSIONS_PER_SECOND = 100_000_000n;

/**
 * Returns where the window of an instant starts, in epoch ms: at a multiple of its length since 1970-01-01, also before it.
 *
 * @param timestamp - ISO 8601 in UTC
 */
export function windowStartMs(timestamp: string, windowMs: number): number {
  // Digits beyond the millisecond cannot change the window.
  return Math.floor(Date.parse(timestamp) / windowMs) * windowMs;
}

/**
 * Returns `<device>|<window start in epoch ms>|<window length in ms>`, the id of a window behind its
 * `PipelinePlan.windowIdPrefix`; with both at most 466 bytes if the device has 400.
 */
export function windowId(deviceId: string, startMs: number, windowMs: number): string {
  return `${deviceId}|${startMs}|${windowMs}`;
}

/**
 * Returns the version of a window: of two runs the one that started later wins, and within a run the account of more
 * readings. Decimal text of 18 digits: a JS number has too few bits for it.
 *
 * @param startedAt - of the run, ISO 8601 in UTC
 */
export function windowVersion(startedAt: string, count: number): string {
  const second = BigInt(Math.floor(Date.parse(startedAt) / 1_000));
  const ofRun = BigInt(Math.min(count, Number(VERSIONS_PER_SECOND) - 1));
  return String(second * VERSIONS_PER_SECOND + ofRun);
}
