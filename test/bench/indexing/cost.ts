/** Cost of one contender for indexing one topic. */
export interface Cost {
  readonly documentsPerSecond: number;
  /** CPU time of the contender's process, and of Elasticsearch meanwhile, in µs per document. */
  readonly clientMicros: number;
  readonly elasticsearchMicros: number;
  /** Peak memory above that of the loaded, idle process. */
  readonly extraMb: number;
  readonly peakMb: number;
  /** Number of Temporal history events; 0 for contenders without Temporal. */
  readonly historyEvents: number;
}

export const WITH_TEMPORAL = 'ours';
/** The same over TLS, with passwords, client certificates and encrypted histories. */
export const SECURED = 'ours secured';

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
