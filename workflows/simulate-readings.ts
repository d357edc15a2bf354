import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PipelinePlan } from '../activities/contracts/plan';
import { MAX_HISTORY_EVENTS, RECORD_WORK } from './policies';
import { add, NO_TOTALS, type StageTotals } from './progress';
import { Telling } from './telling';

/** Sequences published by one activity when there is no rate. */
const FULL_SPEED_RANGE = 10_000;
/** One activity publishes about so much at a given rate. */
const PACED_RANGE_SECONDS = 10;

export interface SimulateReadingsInput {
  readonly plan: PipelinePlan;
  /** Where the execution before this one stood. */
  readonly carried?: { readonly next: number; readonly totals: StageTotals; readonly startedMs: number };
}

export interface SourceResult {
  readonly totals: StageTotals;
  /** Of the file that was read; null for other sources. */
  readonly sha256: string | null;
}

/** Publishes simulated readings, range by range, to the planned number or until it is cancelled. */
export async function simulateReadings({ plan, carried }: SimulateReadingsInput): Promise<SourceResult> {
  const { source } = plan;
  if (source.kind !== 'simulate') throw new TypeError(`expected a simulate source, got ${source.kind}`);
  const { publishSimulatedRange } = proxyActivities<Activities>({ ...RECORD_WORK, taskQueue: plan.ioTaskQueue });

  let { next, totals } = carried ?? { next: 0, totals: NO_TOTALS };
  const startedMs = carried?.startedMs ?? Date.now();
  const telling = new Telling('source', startedMs, () => totals);
  const rangeSize = rangeSizeFor(source.ratePerSecond);

  while (source.records === null || next < source.records) {
    const to = Math.min(next + rangeSize, source.records ?? Infinity);
    const result = await publishSimulatedRange({
      plan,
      from: next,
      to,
      ...dueFrom(source.ratePerSecond, startedMs, next),
    });
    next = result.next;
    const { published, deadLetters, bytes } = result;
    totals = add(totals, { in: published + deadLetters, out: published, deadLetters, bytes }, 0, Date.now());
    await telling.sometimes();
    if (workflowInfo().historyLength > MAX_HISTORY_EVENTS) {
      await continueAsNew<typeof simulateReadings>({ plan, carried: { next, totals, startedMs } });
    }
  }
  await telling.now();
  return { totals, sha256: null };
}

function rangeSizeFor(ratePerSecond: number | null): number {
  if (ratePerSecond === null) return FULL_SPEED_RANGE;
  return Math.max(1, Math.min(Math.round(ratePerSecond * PACED_RANGE_SECONDS), 5 * FULL_SPEED_RANGE));
}

/**
 * When the record of that number is due at a given rate, counted from the start of the source, so that the pauses
 * between ranges do not add up; nothing where there is no rate.
 */
export function dueFrom(
  ratePerSecond: number | null,
  startedMs: number,
  record: number,
): { readonly startedAtMs?: number } {
  return ratePerSecond === null ? {} : { startedAtMs: Math.round(startedMs + (record / ratePerSecond) * 1_000) };
}
