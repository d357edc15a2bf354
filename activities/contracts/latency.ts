/** How long records took, in counts that add up: by activity, by stage and by minute. */

/** Number of records by bucket; bucket `n` ends at 2^(n/4) ms, so a quantile is at most 19 % too high. */
export type LatencyCounts = Readonly<Record<string, number>>;

/** What records took. */
export interface LatencySummary {
  readonly records: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const BUCKETS_PER_DOUBLING = 4;
const RECENT_MS = 60_000;
/** Counts of this time are kept together. */
const SLOT_MS = 5_000;

/** Returns the counts of one record, or of several that took as long. */
export function latencyCounts(ms: number, records = 1): LatencyCounts {
  return { [bucketOf(ms)]: records };
}

export function mergedLatency(one: LatencyCounts, other: LatencyCounts): LatencyCounts {
  const sum: Record<string, number> = { ...one };
  for (const [bucket, records] of Object.entries(other)) sum[bucket] = (sum[bucket] ?? 0) + records;
  return sum;
}

export function latencySummary(counts: LatencyCounts): LatencySummary | null {
  const records = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (records === 0) return null;
  return { records, p50Ms: quantileMs(counts, records * 0.5), p95Ms: quantileMs(counts, records * 0.95) };
}

/** The latencies that were added within the last minute; of a slower reporter, those of its latest report. */
export class RecentLatency {
  #slots: readonly { readonly startMs: number; readonly counts: LatencyCounts }[];

  /** @param carried - what an execution before this one has left */
  constructor(carried: RecentLatency['carried'] = []) {
    this.#slots = carried;
  }

  get carried(): readonly { readonly startMs: number; readonly counts: LatencyCounts }[] {
    return this.#slots;
  }

  /** @param nowMs - never less than before */
  add(counts: LatencyCounts, nowMs: number): void {
    if (Object.keys(counts).length === 0) return;
    const startMs = Math.floor(nowMs / SLOT_MS) * SLOT_MS;
    const latest = this.#slots.at(-1);
    const isNew = latest?.startMs !== startMs;
    const merged = isNew ? counts : mergedLatency(latest.counts, counts);
    const kept = isNew ? this.#slots : this.#slots.slice(0, -1);
    this.#slots = [...kept.filter((slot) => nowMs - slot.startMs <= RECENT_MS), { startMs, counts: merged }];
  }

  get summary(): LatencySummary | null {
    return latencySummary(this.#slots.reduce<LatencyCounts>((sum, { counts }) => mergedLatency(sum, counts), {}));
  }
}

/** A clock that is behind makes a latency negative: it counts as none. */
function bucketOf(ms: number): number {
  return ms <= 1 ? 0 : Math.ceil(BUCKETS_PER_DOUBLING * Math.log2(ms));
}

function quantileMs(counts: LatencyCounts, rank: number): number {
  const buckets = Object.keys(counts)
    .map(Number)
    .sort((one, other) => one - other);
  let below = 0;
  const reached = buckets.find((bucket) => (below += counts[bucket] ?? 0) >= rank);
  return Math.round(2 ** ((reached ?? 0) / BUCKETS_PER_DOUBLING));
}
