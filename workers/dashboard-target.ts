import { join } from 'node:path';
import type { DashboardTarget } from '../activities/dashboards';
import type { Config } from './config';

/** The Kibana that the settings name; null where they name none. */
export function dashboardTargetOf(config: Config): DashboardTarget | null {
  const { KIBANA_URL: url } = config;
  if (url === undefined) return null;
  return {
    url,
    authorization: authorizationOf(config),
    file: join(__dirname, '..', 'kibana', 'dashboards.ndjson'),
  };
}

function authorizationOf({
  KIBANA_API_KEY: key,
  KIBANA_USERNAME: user,
  KIBANA_PASSWORD: password,
}: Config): string | null {
  if (key !== undefined) return `ApiKey ${key}`;
  if (user === undefined || password === undefined) return null;
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
