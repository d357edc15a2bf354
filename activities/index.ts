/**
 * The activity room: everything that touches the outside world.
 *
 * Steps in the order of the flow: preparation, sources, spark, indexing, reconciliation; retention and dashboards beside them. The
 * systems they work on (kafka, elasticsearch) and the records that travel between them (contracts) stand beside.
 *
 * @module
 */
import type { Client } from '@elastic/elasticsearch';
import { createDashboardActivities, type DashboardActivities, type DashboardTarget } from './dashboards';
import { createIndexingActivities, type IndexingActivities } from './indexing';
import type { KafkaGateway } from './kafka';
import { createPreparationActivities, type PreparationActivities } from './preparation';
import type { TaskQueues } from './preparation/parse-input';
import { createReconciliationActivities, type ReconciliationActivities } from './reconciliation';
import { createRetentionActivities, type RetentionActivities } from './retention';
import { createSourceActivities, type SourceActivities } from './sources';
import { createSparkActivities, type SparkActivities, type SparkDependencies } from './spark';

/** Connected clients and places, owned and closed by the worker process. */
export interface ActivityDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly taskQueues: TaskQueues;
  readonly spark: SparkDependencies;
  /** Null where no Kibana is configured. */
  readonly dashboards: DashboardTarget | null;
  /** A folder for files that live as long as one activity. */
  readonly scratchFolder: string;
  /** Fault injection; does nothing in production. */
  readonly crash: (point: string) => void;
}

/** The names Temporal knows; workflows see this type and nothing else of the room. */
export type Activities = PreparationActivities &
  SourceActivities &
  SparkActivities &
  IndexingActivities &
  ReconciliationActivities &
  RetentionActivities &
  DashboardActivities;

export function createActivities(dependencies: ActivityDependencies): Activities {
  return {
    ...createPreparationActivities({ ...dependencies, dashboards: dependencies.dashboards !== null }),
    ...createSourceActivities(dependencies),
    ...createSparkActivities(dependencies.spark),
    ...createIndexingActivities(dependencies),
    ...createReconciliationActivities(dependencies),
    ...createRetentionActivities(dependencies),
    ...createDashboardActivities(dependencies.dashboards),
  };
}
