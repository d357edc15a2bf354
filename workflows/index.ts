/**
 * The workflow room: what the worker bundles into the deterministic sandbox. Exactly these can be started.
 *
 * @module
 */
export { dropOldMonths } from './operations/drop-old-months';
export { indexTopic } from './indexing/index-topic';
export { reconcile } from './operations/reconcile';
export { redriveDeadLetters } from './operations/redrive-dead-letters';
export { replayFile } from './sources/replay-file';
export { replayTopic } from './operations/replay-topic';
export { runSparkJob } from './spark/run-spark-job';
export { simulateReadings } from './sources/simulate-readings';
export { streamingPipeline } from './pipeline/streaming-pipeline';
