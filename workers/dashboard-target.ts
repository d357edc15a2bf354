import { join } from 'node:path';
import type { DashboardTarget } from '../activities/dashboards/deploy-dashboards';
import { authorizationOf, type Config } from './config';

/** The Kibana that the settings name; null where they name none. */
export function dashboardTargetOf(config: Config): DashboardTarget | null {
  const { KIBANA_URL: url } = config;
  if (url === undefined) return null;
  return {
    url,
    authorization: authorizationOf(config, 'KIBANA') ?? null,
    file: join(__dirname, '..', 'kibana', 'dashboards.ndjson'),
  };
}
