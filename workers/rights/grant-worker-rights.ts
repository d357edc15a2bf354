import { grantRights } from '../../activities/kafka';
import type { Config } from '../config';
import { kafkaServersOf } from '../connections';
import { type PipelineRights, workerKafkaRights } from './pipeline-rights';

/** Allows the user `worker` in Kafka what it needs for these pipelines. Idempotent. */
export async function grantWorkerRights(admin: Config, pipelines: readonly PipelineRights[]): Promise<void> {
  await grantRights(kafkaServersOf(admin), 'worker', pipelines.flatMap(workerKafkaRights));
}
