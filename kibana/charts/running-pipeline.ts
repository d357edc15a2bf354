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
      /** Within which 95 % of the readings of the last minute were indexed; null without any. */
      readonly p95Ms: number | null;
      /** ISO 8601; null if it is not proven while it runs, or not yet. */
      readonly provenUntil: string | null;
    };

export interface RunningPipelines {
  readonly pipelines: readonly RunningPipeline[];
  /** Why Temporal could not be asked. */
  readonly unreachable?: string;
}
