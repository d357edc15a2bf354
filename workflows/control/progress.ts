/** The progress of a run, and what needs an operator's attention. */
import { workflowInfo } from '@temporalio/workflow';
import type { LatencySummary } from '../../activities/contracts/latency';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { StageCheckpoint } from '../../activities/contracts/proof-range';
import { cliOptions } from './cli-options';

export const STAGES = ['source', 'spark', 'readings', 'windows', 'deadLetters'] as const;
export type StageName = (typeof STAGES)[number];
type ProcessingStage = Exclude<StageName, 'source'>;
/** The workflows beside the stages of a pipeline. */
export type OperationName =
  'reconcile' | 'proof' | 'replayTopic' | 'dropOldMonths' | 'redriveDeadLetters' | 'inspectSource';

/** Counters of one stage. Work that is repeated after a failure may be counted twice, so they prove nothing. */
export interface StageTotals {
  /** Records taken in. */
  readonly in: number;
  /** Records passed on: acknowledged by Kafka, or in the index. */
  readonly out: number;
  readonly deadLetters: number;
  /** Records taken in that have no value of any measurement. */
  readonly absent: number;
  readonly bytes: number;
  /** Records known to be waiting. */
  readonly lag: number;
  /** While records wait, how old the newest was at the last report that the stage has finished; 0 if none waits, absent or null if unknown. */
  readonly behindMs?: number | null;
  /** Epoch ms of the first and the latest record of the stage; 0 before the first. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export const NO_TOTALS: StageTotals = {
  ...{ in: 0, out: 0, deadLetters: 0, absent: 0, bytes: 0, lag: 0 },
  ...{ firstMs: 0, lastMs: 0 },
};

/** The later ones show only while there is none of the earlier ones. */
const ATTENTION_STATES = ['PARKED', 'PAUSED', 'UNPROVEN', 'RETRYING', 'FLOODED', 'LAGGING'] as const;

const RESUMABLE: ReadonlySet<Attention['state']> = new Set(['PARKED', 'PAUSED']);

/** Why a part of a pipeline is not working, and the command with which an operator lets it work again. */
export interface Attention {
  /** `pipeline`: the pipeline's own steps, or when PAUSED every part that has not ended. */
  readonly stage: StageName | OperationName | 'pipeline';
  /**
   * PAUSED by an operator; PARKED by a failure that may not disappear by itself; UNPROVEN while a range of a run without
   * end is not reconciled; RETRYING after three failed attempts, for as long as the next ones fail; LAGGING while readings take longer than `maxLag`; FLOODED while too many records become dead letters or none has a value, with which a
   * pipeline goes on.
   */
  readonly state: (typeof ATTENTION_STATES)[number];
  /** Null: the whole stage. */
  readonly partition: string | null;
  readonly reason: string;
  /** Null while nothing but the cause of the failure needs a change. */
  readonly command: string | null;
}

/** The answer to the `progress` query of an operation. */
export interface OperationProgress {
  readonly attention: readonly Attention[];
}

/** The answer to the `progress` query of a child. */
export interface StageProgress extends StageTotals, OperationProgress, StageCheckpoint {}

/** How far a run without end is proven while it runs. */
export interface ProofProgress {
  /** What was published before is proven; ISO 8601, null before the first proof. It stands while a range is not reconciled. */
  readonly provenUntil: string | null;
  readonly ranges: number;
  /** Ranges that are not reconciled, or cannot be proven. */
  readonly unproven: number;
  /** The last ranges, which are proven again every time. */
  readonly latest: readonly ProvenRange[];
  /** The ranges before them that Kafka still has; null without any. */
  readonly earlier: EarlierRanges | null;
  readonly attention: readonly Attention[];
}

interface ProvenRange {
  readonly number: number;
  /** When its proof last ended, or could not be made; ISO 8601. */
  readonly provenAt: string;
}

/** Ranges that are proven again one after the other, that first which was proven longest ago. */
export interface EarlierRanges {
  /** Numbers. */
  readonly first: number;
  readonly last: number;
  /** Of the one that was proven longest ago; ISO 8601. */
  readonly provenAt: string;
  /** Within which each of them is proven again, unless proofs take longer than the interval. */
  readonly turnMs: number;
}

/** The answer to the `progress` query of `proveRanges`. */
export interface RangesProgress extends ProofProgress {
  /** All ranges that Kafka still has. */
  readonly proven: readonly ProvenRange[];
}

export type Phase = 'preparing' | 'running' | 'draining' | 'reconciling' | 'done';

/** The answer to the `progress` query of `streamingPipeline`. */
export interface PipelineProgress {
  readonly name: string;
  readonly run: string;
  /** Whether the run ends by itself. */
  readonly bounded: boolean;
  readonly phase: Phase;
  /** That of the part which needs an operator most, in the order of `Attention.state`. */
  readonly state: 'RUNNING' | Attention['state'];
  /** What needs an operator; empty while all parts work. */
  readonly attention: readonly Attention[];
  /** Records in the raw topic from this run. */
  readonly produced: number;
  /** Raw records that Spark has committed. */
  readonly processed: number;
  /** Readings in the index. */
  readonly indexed: number;
  /** Window documents written, every growth of a window counted. */
  readonly windows: number;
  /** Windows that hold readings of other runs too; 0 until the readings of this run are indexed. */
  readonly windowsRecomputed: number;
  /** Dead letters in the index. */
  readonly deadLetters: number;
  /** Records produced but not yet processed, and processed but not yet indexed. */
  readonly lag: number;
  /** Readings indexed per second, over the time in which any were. */
  readonly ratePerSecond: number;
  readonly stages: Readonly<Record<StageName, StageTotals>>;
  /** By how much the newest record that a stage has finished is older than the newest in the raw topic; null if unknown. */
  readonly behindMs: Readonly<Record<ProcessingStage, number | null>>;
  /** Of the readings of the last minute, from published to indexed; null without any. */
  readonly latency: LatencySummary | null;
  /** Null for a bounded run, which is proven at its end, and before the first report of a proof. */
  readonly proof: Omit<ProofProgress, 'attention'> | null;
}

/** Adds what one activity did; `lag` replaces the one before, and `nowMs` is the workflow's clock. */
export function addTotals(
  totals: StageTotals,
  {
    lag,
    absent = 0,
    behindMs,
    ...added
  }: Omit<StageTotals, 'firstMs' | 'lastMs' | 'absent'> & Partial<Pick<StageTotals, 'absent'>>,
  nowMs: number,
): StageTotals {
  const moved = added.in > 0 || added.out > 0;
  return {
    in: totals.in + added.in,
    out: totals.out + added.out,
    deadLetters: totals.deadLetters + added.deadLetters,
    absent: totals.absent + absent,
    bytes: totals.bytes + added.bytes,
    lag,
    ...(behindMs !== undefined && { behindMs }),
    firstMs: totals.firstMs === 0 && moved ? nowMs : totals.firstMs,
    lastMs: moved ? nowMs : totals.lastMs,
  };
}

/** Records per second over a stage's active time; 0 where that is unknown. */
export function ratePerSecond({ out, firstMs, lastMs }: StageTotals): number {
  return lastMs > firstMs ? Math.round((out * 1_000) / (lastMs - firstMs)) : 0;
}

export function toProgress(
  {
    name,
    run,
    rules: { bounded },
  }: Pick<PipelinePlan, 'name' | 'run'> & { readonly rules: { readonly bounded: boolean } },
  phase: Phase,
  stages: Readonly<Record<StageName, StageTotals>>,
  attention: readonly Attention[] = [],
  windowsRecomputed = 0,
  { proof = null, latency = null }: Partial<Pick<PipelineProgress, 'proof' | 'latency'>> = {},
): PipelineProgress {
  const { source, spark, readings, windows, deadLetters } = stages;
  return {
    name,
    run,
    bounded,
    phase,
    state: ATTENTION_STATES.find((state) => attention.some((shown) => shown.state === state)) ?? 'RUNNING',
    attention,
    produced: source.out,
    processed: spark.in,
    indexed: readings.out,
    windows: windows.out,
    windowsRecomputed,
    deadLetters: deadLetters.out,
    lag: Math.max(0, source.out - spark.in) + readings.lag + windows.lag + deadLetters.lag,
    ratePerSecond: ratePerSecond(readings),
    stages,
    behindMs: {
      spark: behindMs(spark),
      readings: behindMs(spark, readings),
      windows: behindMs(spark, windows),
      deadLetters: behindMs(spark, deadLetters),
    },
    latency,
    proof,
  };
}

/** A stage is behind by what it is behind in its own topic, and by what those before it are. */
function behindMs(...stages: readonly StageTotals[]): number | null {
  return stages.reduce<number | null>(
    (sum, { behindMs: own = null }) => (sum === null || own === null ? null : sum + own),
    0,
  );
}

/** The progress as a Markdown table for the workflow's page. */
export function toDetails({
  phase,
  state,
  attention,
  stages,
  behindMs: behind,
  proof,
  latency,
}: PipelineProgress): string {
  const rows = STAGES.map((stage) => {
    const { in: taken, out, deadLetters, lag } = stages[stage];
    const behindText = secondsOf(stage === 'source' ? null : behind[stage]);
    return `| ${stage} | ${taken} | ${out} | ${deadLetters} | ${lag} | ${behindText} | ${ratePerSecond(stages[stage])} |`;
  });
  return [
    `**${phase}${state === 'RUNNING' ? '' : `, ${state}`}**`,
    '',
    '| stage | in | out | dead letters | lag | behind by | per second |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    ...(latency === null ? [] : ['', latencyText(latency)]),
    ...(proof === null ? [] : proofTexts(proof).flatMap((text) => ['', text])),
    ...attentionDetails(attention),
  ].join('\n');
}

/** How long the readings of the last minute took, in one line. */
function latencyText({ p50Ms, p95Ms }: LatencySummary): string {
  return `published to indexed: half within ${seconds(p50Ms)}, 95 % within ${seconds(p95Ms)}`;
}

function secondsOf(ms: number | null): string {
  return ms === null ? '' : seconds(ms);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** What is shown while the readings of the last minute took longer than `maxLagMs`. */
export function laggingAttention(latency: LatencySummary | null, maxLagMs: number | null): readonly Attention[] {
  if (latency === null || maxLagMs === null || latency.p95Ms <= maxLagMs) return [];
  const reason = `${latencyText(latency)}, expected at most ${seconds(maxLagMs)}, the maxLag of the input`;
  return [attentionTo({ stage: 'readings', state: 'LAGGING', partition: null, reason })];
}

/** How far a run is proven, and when its ranges were. */
export function proofTexts(proof: NonNullable<PipelineProgress['proof']>): readonly string[] {
  const { provenUntil, ranges, unproven, latest, earlier } = proof;
  const until = provenUntil === null ? 'nothing proven yet' : `proven until ${minuteOf(provenUntil)}`;
  const last = latest.map(({ number, provenAt }) => `${number} at ${minuteOf(provenAt)}`).join(', ');
  return [
    `${until}, ${ranges} ranges${unproven === 0 ? '' : `, ${unproven} of them not reconciled`}`,
    ...(latest.length === 0 ? [] : [`range last proven: ${last}`]),
    ...(earlier === null ? [] : [earlierText(earlier)]),
  ];
}

function earlierText({ first, last, provenAt, turnMs }: EarlierRanges): string {
  const minutes = Math.ceil(turnMs / 60_000);
  return `ranges ${first} to ${last}: each again within ${minutes} min, longest ago at ${minuteOf(provenAt)}`;
}

function minuteOf(time: string): string {
  return `${time.slice(0, 16)}Z`;
}

/** What needs an operator as lines of Markdown. */
export function attentionDetails(attention: readonly Attention[]): string[] {
  return attention.flatMap(({ stage, state, partition, reason, command }) => [
    '',
    `**${state}** ${stage}${partition === null ? '' : ` partition ${partition}`}: ${reason}`,
    ...(command === null ? [] : ['```', command, '```']),
  ]);
}

/** A longer reason is cut, so that a message about many partitions stays small. */
const MAX_REASON_LENGTH = 400;

/**
 * What is shown while a stage, or one partition of it, does not work.
 *
 * @param command - what lets it work again if it waits for an operator
 */
export function attentionTo({ reason, ...place }: Omit<Attention, 'command'>, command = resumeCommand()): Attention {
  const shown = reason.length <= MAX_REASON_LENGTH ? reason : `${reason.slice(0, MAX_REASON_LENGTH)}…`;
  return { ...place, reason: shown, command: RESUMABLE.has(place.state) ? command : null };
}

/** The command line that resumes this workflow. */
export function resumeCommand(): string {
  return updateCommand('resume');
}

/**
 * The command line that moves the checkpoint of a partition of this workflow.
 *
 * @param to - decimal offset of the next record to read
 */
export function skipCommand(partition: string, to: string): string {
  const input = JSON.stringify({ partition, to, reason: 'the log begins there' });
  return `${updateCommand('skip')} --input '${input}'`;
}

function updateCommand(name: string): string {
  return `temporal workflow update execute${cliOptions()} -w ${workflowInfo().workflowId} --name ${name}`;
}

/** What needs an operator in a whole pipeline: one entry instead of one per part if every running part is paused. */
export function pipelineAttention(
  parts: readonly Attention[],
  running: readonly StageName[],
  resumeAll: string,
): readonly Attention[] {
  const paused = parts.filter(({ state }) => state === 'PAUSED');
  const isWhole = running.length > 1 && running.every((part) => paused.some(({ stage }) => stage === part));
  if (!isWhole) return parts;
  const reason = [...new Set(paused.map(({ reason: own }) => own))].join('; ');
  const whole: Attention = { stage: 'pipeline', state: 'PAUSED', partition: null, reason, command: resumeAll };
  return [whole, ...parts.filter(({ state }) => state !== 'PAUSED')];
}
