/** What one contender took for one topic. */
export interface Cost {
  readonly documentsPerSecond: number;
  /** CPU of the contender's process, and of Elasticsearch meanwhile, in µs a document. */
  readonly clientMicros: number;
  readonly elasticsearchMicros: number;
  /** Most memory, above what the process had when it was loaded and idle. */
  readonly extraMb: number;
  readonly peakMb: number;
  /** What Temporal keeps of the work; none where it has no part in it. */
  readonly historyEvents: number;
}

export const WITH_TEMPORAL = 'ours';

export function medianCost(costs: readonly Cost[]): Cost {
  const median = (field: keyof Cost): number => {
    const sorted = costs.map((cost) => cost[field]).sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  };
  return {
    documentsPerSecond: median('documentsPerSecond'),
    clientMicros: median('clientMicros'),
    elasticsearchMicros: median('elasticsearchMicros'),
    extraMb: median('extraMb'),
    peakMb: median('peakMb'),
    historyEvents: median('historyEvents'),
  };
}
