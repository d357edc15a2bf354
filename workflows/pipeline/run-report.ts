import type { PipelinePlan } from '../../activities/contracts/plan';
import type { ReconcileRequest, ReconcileResult, RunReport, StageReport } from '../../activities/contracts/report';
import { ratePerSecond, type StageTotals } from '../control/progress';
import type { DrainedRun } from './drain';
import { proofTaskQueue } from './proof';

/** Combines the proof with the counters of the stages; `endedMs` is the workflow's clock. */
export function runReport(
  plan: PipelinePlan,
  drained: DrainedRun,
  request: ReconcileRequest,
  proof: ReconcileResult,
  notes: readonly string[],
  endedMs: number,
): RunReport {
  const { name, run, definition, startedAt, source } = plan;
  const { spark, readings, windows, deadLetters } = drained;
  return {
    reconciled: proof.reconciled,
    name,
    run,
    definition,
    proofTaskQueue: proofTaskQueue(plan),
    source: source.kind,
    startedAt,
    endedAt: new Date(endedMs).toISOString(),
    durationMs: endedMs - Date.parse(startedAt),
    stages: {
      source: stage(drained.source?.totals ?? null),
      spark: stage(spark.totals),
      readings: stage(readings.totals),
      windows: stage(windows.totals),
      deadLetters: stage(deadLetters.totals),
    },
    sparkStarts: spark.starts,
    proof,
    notes: [...notes, ...commandNotes(drained)],
    ...request,
  };
}

function stage(totals: StageTotals | null): StageReport {
  if (totals === null) return { in: 0, out: 0, deadLetters: 0, bytes: 0, durationMs: 0, ratePerSecond: 0 };
  const { in: taken, out, deadLetters, bytes, firstMs, lastMs } = totals;
  return {
    in: taken,
    out,
    deadLetters,
    bytes,
    durationMs: Math.max(0, lastMs - firstMs),
    ratePerSecond: ratePerSecond(totals),
  };
}

/** What people did to the run. */
function commandNotes({ source, ...drained }: DrainedRun): string[] {
  const stopped = source?.stoppedAt === undefined ? [] : [`The source was stopped by hand at ${source.stoppedAt}.`];
  const streams = ['readings', 'windows', 'deadLetters'] as const;
  const skips = streams.flatMap((stream) => {
    const { skipped } = drained[stream];
    return skipped === 0 ? [] : [`${skipped} offsets of ${stream} were skipped by hand.`];
  });
  return [...stopped, ...skips];
}
