import { devNull } from 'node:os';
import { SETTINGS } from '../../workers/config';

/** How the names of variables begin through which programs find servers, credentials and profiles. */
const PREFIXES = ['TEMPORAL_', 'KAFKA_', 'ELASTICSEARCH_', 'KIBANA_', 'PIPELINE_', 'SPARK_', 'PYSPARK_', 'HADOOP_'];
/** Where downloads are kept, and how Java runs: none of these leads to a server. */
const KEPT = ['PIPELINE_CACHE_DIR', 'XDG_CACHE_HOME', 'JDK_JAVA_OPTIONS'];

/**
 * The environment of tests and of the processes that they start: what is inherited, without anything that leads to a
 * server which the tests did not start themselves; `own` is added as it is.
 */
export function testEnvironment(
  own: Readonly<Record<string, string>> = {},
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => KEPT.includes(name) || !leadsElsewhere(name));
  return {
    ...Object.fromEntries(kept),
    // The CLI reads a profile from the home folder, too.
    TEMPORAL_CONFIG_FILE: devNull,
    // Temporal's client sends even what is for this machine through a proxy.
    no_grpc_proxy: '127.0.0.1,localhost',
    ...own,
  };
}

/** Makes the environment of this process that of tests. */
export function enterTestEnvironment(): void {
  const wanted = testEnvironment();
  for (const name of Object.keys(process.env)) if (!(name in wanted)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, wanted);
}

function leadsElsewhere(name: string): boolean {
  return SETTINGS.includes(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
