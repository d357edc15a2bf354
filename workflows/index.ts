/**
 * All workflows that can be started; the worker bundles this file and what it imports for the deterministic sandbox.
 *
 * @module
 */
export { dropOldMonths } from './operations/drop-old-months';
export { indexTopic } from './indexing/index-topic';
export { inspectSource } from './operations/inspect-source';
export { proveRanges } from './pipeline/prove-ranges';
export { reconcile } from './operations/reconcile';
export { redriveDeadLetters } from './operations/redrive-dead-letters';
export { replayFile } from './sources/replay-file';
export { replayTopic } from './operations/replay-topic';
export { runSparkJob } from './spark/run-spark-job';
export { simulateReadings } from './sources/simulate-readings';
export { streamingPipeline } from './pipeline/streaming-pipeline';
