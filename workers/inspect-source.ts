import { ApplicationFailure } from '@temporalio/common';
import type { InspectionRequest, SourceAccount } from '../activities/contracts/inspection';
import { inspectSource } from '../activities/inspection/inspect-source';
import { createKafkaGateway } from '../activities/kafka';
import type { SparkInstallation } from '../activities/spark/driver-command';
import type { Config } from './config';
import { kafkaServersOf } from './connections';
import { InspectionFailed } from './inspection-failed';

/**
 * Looks at a source from this process, with the code of the workflow `inspectSource`; the account has values.
 *
 * @throws {@link InspectionFailed} when there is no such source, or it has a format that cannot be read
 */
export async function inspect(
  config: Config,
  spark: SparkInstallation,
  request: InspectionRequest,
): Promise<SourceAccount> {
  const kafka = createKafkaGateway({ ...kafkaServersOf(config), clientId: 'inspection' });
  try {
    return await inspectSource({ kafka, spark }, request);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    throw new InspectionFailed(error.message, { cause: error });
  } finally {
    await kafka.close();
  }
}
