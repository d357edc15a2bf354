/** Every query, signal and update of the pipeline's workflows. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import type { Command, CommandResult } from './control/commands';
import type { Attention, PipelineProgress, StageName, StageProgress, StageTotals } from './control/progress';

/** How far the pipeline is; answered by `streamingPipeline`. */
export const progressQuery = defineQuery<PipelineProgress>('progress');

/** How far one child is; answered by each child under the same name. */
export const stageProgressQuery = defineQuery<StageProgress>('progress');

/** A child tells its parent its totals and why it does not move, since a workflow cannot query a child. */
export const stageTotalsSignal = defineSignal<[StageName, StageTotals, (readonly Attention[])?]>('stageTotals');

/** `runSparkJob`: nothing more will be published; process up to these raw offsets and end. */
export const drainSignal = defineSignal<[PartitionOffsets]>('drain');

/** `indexTopic`: nothing more will come; index up to these offsets and end. */
export const finishSignal = defineSignal<[PartitionOffsets]>('finish');

/**
 * What a person may ask of the pipeline and of each child, with one JSON object or none; each answers how it then
 * stands, is refused when the part has no such control, and changes nothing when repeated.
 */
export const pauseUpdate = defineUpdate<CommandResult, [unknown?]>('pause');
export const resumeUpdate = defineUpdate<CommandResult, [unknown?]>('resume');
export const setRateUpdate = defineUpdate<CommandResult, [unknown?]>('setRate');
export const stopUpdate = defineUpdate<CommandResult, [unknown?]>('stop');
export const skipUpdate = defineUpdate<CommandResult, [unknown?]>('skip');

/** The parent hands a person's command to a child; answered by `answerSignal` under the same number. */
export const commandSignal = defineSignal<[number, Command]>('command');

/** A child has done what it was asked, or says why not. */
export const answerSignal = defineSignal<[number, StageName, CommandResult]>('answer');
