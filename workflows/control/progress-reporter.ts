import { getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import { stageProgressQuery, stageTotalsSignal } from '../messages';
import type { Attention, StageName, StageTotals } from './progress';

const MIN_INTERVAL_MS = 2_000;
const MAX_INTERVAL_MS = 3_600_000;
/** A child reports about this often per doubling of its age, so that the parent's history grows slowly. */
const REPORTS_PER_AGE = 30;
/** Parked partitions in one report; the message stays under 4 KB. */
const MAX_ATTENTION = 5;

/** How long a child of that age waits between two reports to its parent. */
export function reportIntervalMs(ageMs: number): number {
  return Math.min(Math.max(ageMs / REPORTS_PER_AGE, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
}

/** Answers the `progress` query with a child's totals and reports them to its parent from time to time. */
export class ProgressReporter {
  #reportedMs = 0;
  #reported: StageTotals | null = null;
  #reportedAttention = '[]';

  constructor(
    private readonly stage: StageName,
    private readonly startedMs: number,
    private readonly totals: () => StageTotals,
    private readonly attention: () => readonly Attention[],
  ) {
    setHandler(stageProgressQuery, () => ({ ...totals(), attention: attention() }));
  }

  /** Reports if something has changed and the last report is old enough. */
  async reportIfDue(): Promise<void> {
    const nowMs = Date.now();
    if (nowMs - this.#reportedMs >= reportIntervalMs(nowMs - this.startedMs)) await this.report();
  }

  /** Reports if something has changed. A parent that has ended does not make the child fail. */
  async report(): Promise<void> {
    const { parent } = workflowInfo();
    const totals = this.totals();
    const attention = this.attention().slice(0, MAX_ATTENTION);
    const asText = JSON.stringify(attention);
    if (parent === undefined || (totals === this.#reported && asText === this.#reportedAttention)) return;
    this.#reportedMs = Date.now();
    this.#reported = totals;
    this.#reportedAttention = asText;
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(stageTotalsSignal, this.stage, totals, attention);
    } catch {
      // The parent has ended; its cancellation of this child is on the way.
    }
  }
}
