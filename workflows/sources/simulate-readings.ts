import { allHandlersFinished, condition, continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PipelinePlan } from '../../activities/contracts/plan';
import { MAX_HISTORY_EVENTS, RECORD_WORK } from '../policies';
import { addTotals, NO_TOTALS, type StageTotals } from '../control/progress';
import { SourcePacing, type CarriedSource } from './source-pacing';

/** Sequence numbers published by one activity when there is no rate. */
const FULL_SPEED_RANGE = 10_000;

export interface SimulateReadingsInput {
  readonly plan: PipelinePlan;
  /** State of the execution before this one. */
  readonly carried?: {
    readonly next: number;
    readonly totals: StageTotals;
    readonly startedMs: number;
    readonly pacing?: CarriedSource;
  };
}

export interface SourceResult {
  readonly totals: StageTotals;
  /** Set when a person stopped the source early: the records before this number are published. */
  readonly stoppedAt?: number;
  /** Of the file that was read; null for other sources. */
  readonly sha256: string | null;
}

/** Publishes simulated readings, range by range, to the planned number or until it is stopped or cancelled. */
export async function simulateReadings({ plan, carried }: SimulateReadingsInput): Promise<SourceResult> {
  const { source } = plan;
  if (source.kind !== 'simulate') throw new TypeError(`expected a simulate source, got ${source.kind}`);
  const { publishSimulatedRange } = proxyActivities<Activities>({ ...RECORD_WORK, taskQueue: plan.ioTaskQueue });

  const state = carried ?? { next: 0, totals: NO_TOTALS, startedMs: Date.now() };
  const { startedMs } = state;
  let { next, totals } = state;
  const pacing = new SourcePacing({ ...source, startedMs, totals: () => totals, next: () => next }, state.pacing);
  const last = source.records ?? Infinity;

  while (next < last && (await pacing.mayPublish())) {
    const { ratePerSecond } = pacing;
    const result = await publishSimulatedRange({
      plan: { ...plan, source: { ...source, ratePerSecond } },
      from: next,
      to: Math.min(next + pacing.rangeSize(FULL_SPEED_RANGE), last),
      ...pacing.due(),
    });
    next = result.next;
    const { published, deadLetters, bytes } = result;
    totals = addTotals(totals, { in: published + deadLetters, out: published, deadLetters, bytes }, 0, Date.now());
    await pacing.reportIfDue();
    if (workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof simulateReadings>({
        plan,
        carried: { next, totals, startedMs, pacing: pacing.carried },
      });
    }
  }
  await pacing.report();
  return { totals, sha256: null, ...(next === last ? {} : { stoppedAt: next }) };
}
