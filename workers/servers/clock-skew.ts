import { ServerProblem } from './server-check';

/**
 * Certificates and tokens are valid between two times, and latencies are differences between the clocks of servers; clocks
 * that are set by NTP differ by much less.
 */
const MAX_SKEW_MS = 5_000;

/** The clock of a server at some moment between two readings of this machine's clock, all in epoch ms. */
export interface ClockReading {
  readonly sentMs: number;
  readonly serverMs: number;
  readonly receivedMs: number;
}

/**
 * Returns by how much two clocks differ at least, as a fact.
 *
 * @throws {@link ServerProblem} when that is more than five seconds
 */
export function clockFact({ sentMs, serverMs, receivedMs }: ClockReading): string {
  const aheadMs = Math.max(0, serverMs - receivedMs);
  const behindMs = Math.max(0, sentMs - serverMs);
  const skewMs = Math.max(aheadMs, behindMs);
  const seconds = (skewMs / 1_000).toFixed(1);
  if (skewMs <= MAX_SKEW_MS) return `its clock differs by ${seconds} s`;
  const direction = aheadMs > behindMs ? 'ahead of' : 'behind';
  throw new ServerProblem(
    `Its clock is ${seconds} s ${direction} that of this machine, expected at most ${MAX_SKEW_MS / 1_000} s: set both by NTP.`,
  );
}
