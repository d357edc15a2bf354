import { join } from 'node:path';
import type { Config } from '../../../workers/config';
import { cacheFolder } from '../folders';
import versions from '../versions.json';
import { artifactsPart } from './artifacts';
import { ELASTICSEARCH_HOME, elasticsearchPart } from './elasticsearch';
import type { Installation, PendingInstallation } from './installation';
import type { InstallOptions } from './install-task';
import { findJava } from './java';
import { installPart, isInstalled, type Part, partFolder } from './part';
import { SPARK_JARS, SPARK_PYTHON, sparkConnectorPart, sparkPart } from './spark';
import { TEMPORAL_BINARY, temporalOnPath, temporalPart } from './temporal-cli';

const kafkaPart = artifactsPart('kafka', versions.kafka.version, versions.kafka.artifacts);

/**
 * Puts everything on the machine that this configuration needs and that is not there yet, into the cache folder, and
 * returns at once. Repeating the call starts no client and downloads nothing.
 *
 * The first failure, a {@link StackError} when a client fails or a checksum is wrong, ends the other clients, and
 * everything that is not there yet rejects with it.
 */
export function installParts(
  config: Config,
  report: InstallOptions['report'],
  { env = process.env, signal: interrupted }: Partial<Pick<InstallOptions, 'env' | 'signal'>> = {},
): PendingInstallation {
  const cache = cacheFolder(config);
  const needed = neededParts(config);
  const isMissing = (part: Part): boolean => needed.includes(part) && !isInstalled(part, cache);
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(interrupted === undefined ? [] : [interrupted])]);
  const orEndAll = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      failure.abort(error);
      throw signal.reason as Error;
    });
  const install = async (part: Part, ...earlier: Promise<unknown>[]): Promise<string> => {
    if (isMissing(part)) {
      await Promise.all(earlier);
      await orEndAll(installPart(part, { cache, report, env, signal }));
    }
    return partFolder(part, cache);
  };
  const installTemporal = async (): Promise<string> => {
    const found = isMissing(temporalPart) ? await temporalOnPath(env) : undefined;
    return found?.path ?? join(await install(temporalPart), TEMPORAL_BINARY);
  };

  const java = orEndAll(findJava(env));
  // One Maven at a time, since those before 3.9 do not lock their local repository; pip beside it.
  const kafka = install(kafkaPart);
  const elasticsearch = install(elasticsearchPart, kafka);
  const connector = install(sparkConnectorPart, kafka, elasticsearch);
  const temporal = installTemporal();
  const spark = install(sparkPart);
  const paths = sparkPaths(config);
  return withAll({
    java: java.then((found) => found.java),
    javaHome: java.then((found) => found.javaHome),
    temporal,
    kafkaLibs: kafka,
    elasticsearchHome: elasticsearch.then((folder) => join(folder, ELASTICSEARCH_HOME)),
    python: spark.then(() => paths.python),
    sparkJars: connector.then(() => paths.sparkJars),
  });
}

/** Where Spark stands once it is installed: a worker may start before. */
export function sparkPaths(config: Config): Pick<Installation, 'python' | 'sparkJars'> {
  const cache = cacheFolder(config);
  const sparkJars = SPARK_JARS.map((jar) => join(partFolder(sparkConnectorPart, cache), jar));
  return { python: join(partFolder(sparkPart, cache), SPARK_PYTHON), sparkJars };
}

/** The parts that this configuration needs, whether or not they are in the cache folder. */
export function neededParts(config: Config): Part[] {
  const parts: Part[] = [sparkPart, sparkConnectorPart];
  if (config.KAFKA_BROKERS === undefined) parts.push(kafkaPart);
  if (config.ELASTICSEARCH_NODE === undefined) parts.push(elasticsearchPart);
  if (config.TEMPORAL_ADDRESS === undefined) parts.push(temporalPart);
  return parts;
}

function withAll(paths: Omit<PendingInstallation, 'all'>): PendingInstallation {
  const all = Promise.allSettled(Object.values(paths)).then(async () => {
    const entries = Object.entries(paths).map(async ([field, path]) => [field, await path] as const);
    return Object.fromEntries(await Promise.all(entries)) as unknown as Installation;
  });
  all.catch(() => undefined); // whoever wants to know asks
  return { ...paths, all };
}
