import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import type { Discrepancy, ReconcileRequest, ReconcileResult } from '../../../activities/contracts/report';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { stackAddresses } from '../../support/stack';
import { activityEnvironment } from '../sources/activity-environment';
import { writeRun, type Servers } from './written-run';
import { activitiesWith } from '../../support/activities';

/** A run that was written by hand, and what reconciling it says. */
export interface Proof {
  readonly servers: Servers;
  readonly request: ReconcileRequest;
  readonly folder: string;
  reconcile(
    given?: ReconcileRequest,
    environment?: ReturnType<typeof activityEnvironment>,
    servers?: Servers,
  ): Promise<ReconcileResult>;
  /** Ids that do not add up, after making sure that the verdict agrees. */
  findings(given?: ReconcileRequest): Promise<readonly Discrepancy[]>;
  scratchFiles(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** @param written - the gateway that the run is written through; default the one that the proof reads through */
export async function openProof(
  readings: number,
  written: (kafka: KafkaGateway) => KafkaGateway = (kafka) => kafka,
): Promise<Proof> {
  const { kafkaBrokers, elasticsearchNode } = stackAddresses();
  const servers = {
    kafka: createKafkaGateway({ brokers: kafkaBrokers, clientId: 'reconcile-test' }),
    elasticsearch: new Client({ node: elasticsearchNode, maxRetries: 0 }),
  };
  const folder = await mkdtemp(join(tmpdir(), 'reconcile-test-'));
  const scratchFolder = join(folder, 'scratch');
  const request = await writeRun({ ...servers, kafka: written(servers.kafka) }, readings);

  const reconcile: Proof['reconcile'] = async (
    given = request,
    environment = activityEnvironment(),
    through = servers,
  ) => {
    const activities = activitiesWith({ ...through, scratchFolder });
    const result: unknown = await environment.run(() => activities.reconcileRun(given));
    return result as ReconcileResult;
  };
  return {
    ...{ servers, request, folder, reconcile },
    findings: async (given) => {
      const { reconciled, examples } = await reconcile(given);
      expect(reconciled).toBe(examples.length === 0);
      return examples;
    },
    scratchFiles: () => readdir(scratchFolder),
    close: async () => {
      await servers.kafka.close();
      await servers.elasticsearch.close();
      await rm(folder, { recursive: true });
    },
  };
}
