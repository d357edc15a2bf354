import type { Config } from './config';

/** The `Authorization` header for a server; undefined where it asks for none. Secret. */
export function authorizationOf(config: Config, server: 'ELASTICSEARCH' | 'KIBANA'): string | undefined {
  const key = config[`${server}_API_KEY`];
  const username = config[`${server}_USERNAME`];
  if (key !== undefined) return `ApiKey ${key}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${config[`${server}_PASSWORD`]}`).toString('base64')}`;
}
