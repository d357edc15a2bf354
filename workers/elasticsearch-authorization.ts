import type { Config } from './config';

/** The `Authorization` header for Elasticsearch; undefined where it asks for none. Secret. */
export function elasticsearchAuthorization({
  ELASTICSEARCH_API_KEY: key,
  ELASTICSEARCH_USERNAME: username,
  ELASTICSEARCH_PASSWORD: password,
}: Config): string | undefined {
  if (key !== undefined) return `ApiKey ${key}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
