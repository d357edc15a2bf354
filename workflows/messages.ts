/** Every query, signal and update of the pipeline's workflows. */
import type { UpdateDefinition } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { LatencySummary } from '../activities/contracts/latency';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import { LANE_PROGRESS_SIGNAL } from '../activities/contracts/lane-progress';
import type { LaneProgress } from '../activities/indexing/lane';
import type { Command, CommandKind, CommandResult } from './control/commands';
import type {
  Attention,
  OperationName,
  OperationProgress,
  PipelineProgress,
  ProofProgress,
  RangesProgress,
  StageName,
  StageProgress,
  StageTotals,
} from './control/progress';

/** Progress of the whole run; answered by `streamingPipeline`. */
export const progressQuery = defineQuery<PipelineProgress>('progress');

/** Progress of one child; answered by each child under the same name. */
export const stageProgressQuery = defineQuery<StageProgress>('progress');

/** What an operation waits for; answered by each one under the same name. */
export const operationProgressQuery = defineQuery<OperationProgress>('progress');

/** A child reports its totals, and why it is not working, to its parent: a workflow cannot query a child. */
export const stageTotalsSignal =
  defineSignal<[StageName, StageTotals, readonly Attention[], (LatencySummary | null)?]>('stageTotals');

/** An operation reports to its parent why it is not working. */
export const attentionSignal = defineSignal<[OperationName, readonly Attention[]]>('attention');

/** How far a run without end is proven, and what is wrong; answered by `proveRanges` under the same name. */
export const proofProgressQuery = defineQuery<RangesProgress>('progress');

/** The proof of a run without end reports to the pipeline how far it is, and what it found. */
export const proofSignal = defineSignal<[ProofProgress]>('proof');

/** `runSparkJob`: nothing more will be published; process up to these raw offsets and end. */
export const drainSignal = defineSignal<[PartitionOffsets]>('drain');

/** `indexTopic`: what a lane has indexed since its activity began. */
export const laneProgressSignal = defineSignal<[LaneProgress]>(LANE_PROGRESS_SIGNAL);

/** `indexTopic`: nothing more will come; index up to these offsets and end. */
export const finishSignal = defineSignal<[PartitionOffsets]>('finish');

/**
 * A command of an operator to the pipeline or to a child, with one JSON object or nothing as input. It returns the new state,
 * is refused by a part that has no such control, and changes nothing when repeated.
 */
export const commandUpdate = (kind: CommandKind): UpdateDefinition<CommandResult, [unknown?]> => defineUpdate(kind);

/** The parent forwards a command to a child, which replies with `answerSignal` under the same number. */
export const commandSignal = defineSignal<[number, Command]>('command');

/** The reply of a child: it has carried out a command, or the reason why not. */
export const answerSignal = defineSignal<[number, StageName, CommandResult]>('answer');
