import { getExternalWorkflowHandle, setHandler, workflowInfo } from '@temporalio/workflow';
import { stageProgressQuery, stageTotalsSignal } from '../messages';
import type { Attention, StageName, StageTotals } from './progress';

const SHORTEST_PAUSE_MS = 2_000;
/** A parent is told of so many parked partitions; a message stays under 4 KB. */
const MAX_ATTENTION = 5;
const LONGEST_PAUSE_MS = 3_600_000;
/** A child tells its totals about this often over any doubling of its age, so a parent's history grows slowly. */
const AGE_SHARE = 30;

/** How long a child of that age waits between two messages to its parent. */
export function reportIntervalMs(ageMs: number): number {
  return Math.min(Math.max(ageMs / AGE_SHARE, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS);
}

/** What a child that nobody has to look at tells of itself. */
const NOTHING = '[]';

/** Answers the `progress` query with a child's totals and tells them to its parent now and then. */
export class ProgressReporter {
  #toldMs = 0;
  #told: StageTotals | null = null;
  #toldAttention = NOTHING;

  constructor(
    private readonly stage: StageName,
    private readonly startedMs: number,
    private readonly totals: () => StageTotals,
    private readonly attention: () => readonly Attention[] = () => [],
  ) {
    setHandler(stageProgressQuery, () => ({ ...totals(), attention: attention() }));
  }

  /** Tells the parent when something changed and the last message is old enough. */
  async reportIfDue(): Promise<void> {
    const nowMs = Date.now();
    if (nowMs - this.#toldMs >= reportIntervalMs(nowMs - this.startedMs)) await this.report();
  }

  /** Tells the parent when something changed. A parent that is gone is no failure of the child. */
  async report(): Promise<void> {
    const { parent } = workflowInfo();
    const totals = this.totals();
    const attention = this.attention().slice(0, MAX_ATTENTION);
    const asText = JSON.stringify(attention);
    if (parent === undefined || (totals === this.#told && asText === this.#toldAttention)) return;
    this.#toldMs = Date.now();
    this.#told = totals;
    this.#toldAttention = asText;
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(stageTotalsSignal, this.stage, totals, attention);
    } catch {
      // The parent has ended; its cancellation of this child is on the way.
    }
  }
}
