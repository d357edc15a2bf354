/** What a running pipeline says of itself. */
export type RunningPipeline =
  /** No worker has answered. */
  | { readonly name: string; readonly state: null }
  | {
      readonly name: string;
      /** For example RUNNING, PAUSED or PARKED. */
      readonly state: string;
      readonly phase: string;
      readonly attention: readonly {
        readonly state: string;
        readonly place: string;
        readonly reason: string;
        readonly command: string | null;
      }[];
      readonly produced: number;
      /** Produced and not processed yet, or processed and not indexed yet. */
      readonly waiting: number;
      /** By how much Spark and the indexed readings are behind the raw topic; null if unknown. */
      readonly behindMs: { readonly spark: number | null; readonly readings: number | null };
      /** Within which 95 % of the readings of the last minute were indexed; null without any. */
      readonly p95Ms: number | null;
      /** Null if it is not proven while it runs, or not yet. */
      readonly proof: RunningProof | null;
    };

/** How far a pipeline is proven; all times are in ISO 8601. */
export interface RunningProof {
  /** Null before the first proof. */
  readonly provenUntil: string | null;
  /** Ranges that are proven again every time. */
  readonly latest: readonly { readonly number: number; readonly provenAt: string }[];
  /** Those before them, of which each is proven again within `turnMs`, and when the one was that is longest ago. */
  readonly earlier: {
    readonly first: number;
    readonly last: number;
    readonly provenAt: string;
    readonly turnMs: number;
  } | null;
}

export interface RunningPipelines {
  readonly pipelines: readonly RunningPipeline[];
  /** Why Temporal could not be asked. */
  readonly unreachable?: string;
}
