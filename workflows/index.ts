/**
 * The workflow room: what the worker bundles into the deterministic sandbox. Exactly these can be started.
 *
 * @module
 */
export { dropOldMonths } from './drop-old-months';
export { indexTopic } from './index-topic';
export { reconcile } from './reconcile';
export { redriveDeadLetters } from './redrive-dead-letters';
export { replayFile } from './replay-file';
export { replayTopic } from './replay-topic';
export { runSparkJob } from './run-spark-job';
export { simulateReadings } from './simulate-readings';
export { streamingPipeline } from './streaming-pipeline';
