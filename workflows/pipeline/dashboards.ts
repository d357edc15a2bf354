import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PipelinePlan } from '../../activities/contracts/plan';
import { DEPLOYMENT } from '../policies';

const { deployDashboards } = proxyActivities<Activities>(DEPLOYMENT);

/**
 * Brings the dashboards into the Kibana of the worker, if it has one, beside the run: data does not wait for what shows
 * it.
 *
 * @returns what a user should know, once it is done or given up; it never throws
 */
export async function dashboardNotes({ dashboards }: PipelinePlan): Promise<readonly string[]> {
  if (dashboards !== true) return [];
  try {
    await deployDashboards();
    return [];
  } catch (error) {
    return [`The dashboards were not brought into Kibana: ${reasonOf(error)}`];
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ActivityFailure) return error.cause?.message ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
