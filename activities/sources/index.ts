/**
 * Sources: activities that publish readings to the raw topic, each record under an id that a retry repeats.
 *
 * @module
 */
import { inspectFile, type FileFacts } from './inspect-file';
import type { SourceDependencies } from './publish-batch';
import { publishFileRange, type FilePublishResult, type PublishFileRangeInput } from './publish-file-range';
import { publishSimulatedRange, type PublishResult, type PublishSimulatedRangeInput } from './publish-simulated-range';
import type { PipelinePlan } from '../contracts/plan';

export type { FileFacts } from './inspect-file';
export type { FilePublishResult } from './publish-file-range';
export type { PublishResult, PublishSimulatedRangeInput } from './publish-simulated-range';

export interface SourceActivities {
  readonly publishSimulatedRange: (input: PublishSimulatedRangeInput) => Promise<PublishResult>;
  readonly inspectFile: (input: { readonly plan: PipelinePlan }) => Promise<FileFacts>;
  readonly publishFileRange: (input: PublishFileRangeInput) => Promise<FilePublishResult>;
}

/** Binds the activities to Kafka. */
export function createSourceActivities(dependencies: SourceDependencies): SourceActivities {
  return {
    publishSimulatedRange: (input) => publishSimulatedRange(dependencies, input),
    inspectFile,
    publishFileRange: (input) => publishFileRange(dependencies, input),
  };
}
