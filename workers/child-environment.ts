import { SETTINGS } from './config';

/** Beginnings of the variables of this project, and of those that Temporal's client reads, some of which are secret. */
const PREFIXES = ['TEMPORAL_', 'KAFKA_', 'ELASTICSEARCH_', 'KIBANA_', 'SCHEMA_REGISTRY_', 'PAGE_', 'CODEC_SERVER_'];
/** What programs of others need of them. */
const INHERITED = ['JDK_JAVA_OPTIONS', 'XDG_CACHE_HOME', 'HOME', 'XDG_CONFIG_HOME', 'APPDATA'];

/**
 * Returns the environment of a child process: everybody on the machine with the same user can read it, so it has no
 * variable of this project.
 *
 * @param kept - beginnings of the variables that the child needs nevertheless
 */
export function childEnvironment(environment: NodeJS.ProcessEnv, kept: readonly string[] = []): NodeJS.ProcessEnv {
  const begins = (name: string, prefixes: readonly string[]): boolean =>
    prefixes.some((prefix) => name.startsWith(prefix));
  const isOurs = (name: string): boolean => SETTINGS.includes(name) || begins(name, PREFIXES);
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => INHERITED.includes(name) || begins(name, kept) || !isOurs(name)),
  );
}
