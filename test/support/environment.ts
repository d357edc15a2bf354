import { devNull } from 'node:os';
import { SETTINGS } from '../../workers/config';

/** Prefixes of the variables in which programs find servers, credentials and profiles. */
const PREFIXES = ['TEMPORAL_', 'KAFKA_', 'ELASTICSEARCH_', 'KIBANA_', 'PIPELINE_', 'SPARK_', 'HADOOP_'];
/** Kept in spite of that: folders, and the options of Java, none of which names a server. */
const KEPT = ['PIPELINE_CACHE_DIR', 'XDG_CACHE_HOME', 'HOME', 'XDG_CONFIG_HOME', 'APPDATA', 'JDK_JAVA_OPTIONS'];

/**
 * Returns the environment of tests and of the processes that they start: the inherited variables except those that could
 * name a server which the tests did not start, and then `own` unchanged.
 */
export function testEnvironment(
  own: Readonly<Record<string, string>> = {},
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => KEPT.includes(name) || !couldNameAServer(name));
  return {
    ...Object.fromEntries(kept),
    // Otherwise the Temporal CLI reads a profile from the home folder.
    TEMPORAL_CONFIG_FILE: devNull,
    // Otherwise Temporal's client sends even requests to this machine through a proxy.
    no_grpc_proxy: '127.0.0.1,localhost',
    ...own,
  };
}

/** Replaces the environment of this process with that of tests. */
export function enterTestEnvironment(): void {
  const environment = testEnvironment();
  for (const name of Object.keys(process.env)) if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
}

function couldNameAServer(name: string): boolean {
  return SETTINGS.includes(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
