/**
 * Dashboards: bring what people look at into a Kibana, where there is one.
 *
 * @module
 */
import { deployDashboards, type DashboardTarget, type DeployedDashboards } from './deploy-dashboards';

export type { DashboardTarget } from './deploy-dashboards';

export interface DashboardActivities {
  deployDashboards(): Promise<DeployedDashboards>;
}

/** @param target - null where no Kibana is configured */
export function createDashboardActivities(target: DashboardTarget | null): DashboardActivities {
  return { deployDashboards: () => deployDashboards(target) };
}
