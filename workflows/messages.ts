/** Every query and signal of the pipeline's workflows. */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { PartitionOffsets } from '../activities/contracts/offsets';
import type { PipelineProgress, StageName, StageTotals } from './progress';

/** How far the pipeline is; answered by `streamingPipeline`. */
export const progressQuery = defineQuery<PipelineProgress>('progress');

/** How far one child is; answered by each child under the same name. */
export const stageProgressQuery = defineQuery<StageTotals>('progress');

/** A child tells its parent its totals, since a workflow cannot query a child. */
export const stageTotalsSignal = defineSignal<[StageName, StageTotals]>('stageTotals');

/** `runSparkJob`: nothing more will be published; process up to these raw offsets and end. */
export const drainSignal = defineSignal<[PartitionOffsets]>('drain');

/** `indexTopic`: nothing more will come; index up to these offsets and end. */
export const finishSignal = defineSignal<[PartitionOffsets]>('finish');
