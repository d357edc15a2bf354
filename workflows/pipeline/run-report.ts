import type { PipelinePlan } from '../../activities/contracts/plan';
import type {
  DeadLetterFlood,
  ReconcileRequest,
  ReconcileResult,
  RunReport,
  StageReport,
} from '../../activities/contracts/report';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import { NO_TOTALS, ratePerSecond, type StageTotals } from '../control/progress';
import type { DrainedRun } from './drain';
import { proofTaskQueue } from './proof';

const HOUR_MS = 3_600_000;

/** Combines the proof with the counters of the stages. */
export function runReport(
  plan: PipelinePlan,
  drained: DrainedRun,
  request: ReconcileRequest,
  proof: ReconcileResult,
  deadLetterFlood: DeadLetterFlood | null,
  notes: readonly string[],
): RunReport {
  const endedMs = Date.now();
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
    firstIndexedMs: readings.totals.out === 0 ? null : readings.totals.firstMs - Date.parse(startedAt),
    stages: {
      source: stage(drained.source?.totals ?? NO_TOTALS),
      spark: stage(spark.totals),
      readings: stage(readings.totals),
      windows: stage(windows.totals),
      deadLetters: stage(deadLetters.totals),
    },
    windowsRecomputed: drained.windowsRecomputed,
    sparkStarts: spark.starts,
    proof,
    deadLetterFlood,
    notes: [...notes, ...(drained.source?.file?.notes ?? []), ...foreignNotes(plan, proof), ...commandNotes(drained)],
    ...request,
  };
}

function stage(totals: StageTotals): StageReport {
  const { in: taken, out, deadLetters, bytes, firstMs, lastMs } = totals;
  const durationMs = Math.max(0, lastMs - firstMs);
  return { in: taken, out, deadLetters, bytes, durationMs, ratePerSecond: ratePerSecond(totals) };
}

function foreignNotes({ topics }: PipelinePlan, { foreign }: ReconcileResult): string[] {
  if (foreign === 0) return [];
  return [
    `${foreign} records of ${topics.raw} were passed over, since their header pipeline-run names another run: only the ` +
      'pipeline itself should write to its raw topic. A topic of your own can be read with a topic source.',
  ];
}

/** Where values still are that the run protects. */
export function protectionNotes({ topics, rules }: PipelinePlan, { rawRetentionMs }: PreparedTopics): string[] {
  if (rules.protect === undefined) return [];
  const kept =
    typeof rawRetentionMs === 'number'
      ? `Kafka deletes its records after ${rawRetentionMs / HOUR_MS} hours`
      : 'it keeps its records without limit';
  return [`Protected values are still in ${topics.raw}, as they were published: ${kept}.`];
}

/** What operators did to the run. */
function commandNotes({ source, ...drained }: DrainedRun): string[] {
  const stopped = source?.stoppedAt === undefined ? [] : [`The source was stopped by hand at ${source.stoppedAt}.`];
  const streams = ['readings', 'windows', 'deadLetters'] as const;
  const skips = streams.flatMap((stream) => {
    const { skipped } = drained[stream];
    return skipped === 0 ? [] : [`${skipped} offsets of ${stream} were skipped by hand.`];
  });
  return [...stopped, ...skips];
}
