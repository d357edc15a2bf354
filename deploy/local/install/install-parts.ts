import { join } from 'node:path';
import type { Config } from '../../../workers/config';
import { cacheFolder } from '../folders';
import { type InstallOptions, installPart, isInstalled, type Part, partFolder } from './part';
import {
  CADDY_BINARY,
  caddyPart,
  ELASTICSEARCH_HOME,
  elasticsearchPart,
  kafkaPart,
  SPARK_CLASS_ARCHIVE,
  SPARK_JOB_JAR,
  sparkClassesPart,
  sparkJobPart,
  sparkPart,
  TEMPORAL_BINARY,
  temporalOnPath,
  temporalPart,
} from './pinned-parts';
import { findJava } from './programs';

/** Absolute paths of the installed programs. The path of a part that is not needed does not exist. */
export interface Installation {
  /** `java` of a full JDK 17 or newer. */
  readonly java: string;
  readonly javaHome: string;
  /** The `temporal` CLI. */
  readonly temporal: string;
  /** The TLS proxy of a secured stack. */
  readonly caddy: string;
  /** Folder of Kafka's jars. */
  readonly kafkaLibs: string;
  /** Unpacked Elasticsearch distribution; read-only, its configuration is elsewhere. */
  readonly elasticsearchHome: string;
  /** Folder of Spark's jars. */
  readonly sparkJars: string;
  readonly sparkJobJar: string;
  /** With which a driver starts faster; exists some time after everything else. */
  readonly sparkClassArchive: string;
}

/** A running installation: each path resolves when its part is installed. */
export type PendingInstallation = { readonly [Field in keyof Installation]: Promise<Installation[Field]> } & {
  /** All paths as soon as everything is there that a run needs: not the class archive. */
  readonly required: Promise<Installation>;
  /** All paths; rejects after every program has exited and every temporary folder is deleted. */
  readonly all: Promise<Installation>;
};

/** `isSecure`: for a stack whose servers are protected. */
type InstallPartsOptions = Omit<InstallOptions, 'cache' | 'signal'> & {
  readonly isSecure?: boolean;
  readonly signal: AbortSignal;
};

/**
 * Starts to install every missing part that this stack needs, and returns at once. Idempotent: if all parts are
 * installed, no program is started.
 *
 * The first failure, a {@link StackError} when a program fails or a checksum is wrong, terminates the other programs,
 * and the paths of all missing parts reject with it.
 */
export function installParts(
  config: Config,
  { isSecure = false, onEvent, env, signal: interrupted }: InstallPartsOptions,
): PendingInstallation {
  const cache = cacheFolder(config);
  const needed = neededParts(config, isSecure);
  const isMissing = (part: Part): boolean => needed.includes(part) && !isInstalled(part, cache);
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, interrupted]);
  const abortAllOnFailure = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      failure.abort(error);
      throw signal.reason as Error;
    });
  const install = async (part: Part, ...after: Promise<unknown>[]): Promise<string> => {
    if (isMissing(part)) {
      await Promise.all(after);
      await abortAllOnFailure(installPart(part, { cache, onEvent, env, signal }));
    }
    return partFolder(part, cache);
  };
  const installTemporal = async (): Promise<string> => {
    const found = isMissing(temporalPart) ? await temporalOnPath(env) : undefined;
    return found?.path ?? join(await install(temporalPart), TEMPORAL_BINARY);
  };

  const java = abortAllOnFailure(findJava(env));
  // One Maven at a time, since Maven before 3.9 does not lock its local repository; pip runs concurrently.
  const kafka = install(kafkaPart);
  const elasticsearch = install(elasticsearchPart, kafka);
  const spark = install(sparkPart, kafka, elasticsearch);
  const sparkJob = install(sparkJobPart, spark);
  const sparkClasses = install(sparkClassesPart, spark);
  return withAll(sparkPaths(config), {
    java: java.then((found) => found.java),
    javaHome: java.then((found) => found.javaHome),
    temporal: installTemporal(),
    caddy: install(caddyPart).then((folder) => join(folder, CADDY_BINARY)),
    kafkaLibs: kafka,
    elasticsearchHome: elasticsearch.then((folder) => join(folder, ELASTICSEARCH_HOME)),
    sparkJars: spark,
    sparkJobJar: sparkJob.then((folder) => join(folder, SPARK_JOB_JAR)),
    sparkClassArchive: sparkClasses.then((folder) => join(folder, SPARK_CLASS_ARCHIVE)),
  });
}

/** Returns the paths of Spark before it is installed, so that the worker can start earlier. */
export function sparkPaths(config: Config): Pick<Installation, 'sparkJars' | 'sparkJobJar' | 'sparkClassArchive'> {
  const cache = cacheFolder(config);
  return {
    sparkJars: partFolder(sparkPart, cache),
    sparkJobJar: join(partFolder(sparkJobPart, cache), SPARK_JOB_JAR),
    sparkClassArchive: join(partFolder(sparkClassesPart, cache), SPARK_CLASS_ARCHIVE),
  };
}

/** Returns the parts that a stack needs, installed or not. */
export function neededParts(config: Config, isSecure = false): Part[] {
  const parts: Part[] = [sparkPart, sparkJobPart, sparkClassesPart];
  if (config.KAFKA_BROKERS === undefined) parts.push(kafkaPart);
  if (config.ELASTICSEARCH_NODE === undefined) parts.push(elasticsearchPart);
  if (config.TEMPORAL_ADDRESS === undefined) parts.push(temporalPart);
  if (isSecure) parts.push(caddyPart);
  return parts;
}

function withAll(
  { sparkClassArchive }: Pick<Installation, 'sparkClassArchive'>,
  paths: Omit<PendingInstallation, 'all' | 'required'>,
): PendingInstallation {
  const settled = async (waitedFor: Omit<PendingInstallation, 'all' | 'required'>): Promise<Installation> => {
    await Promise.allSettled(Object.values(waitedFor));
    const entries = Object.entries(waitedFor).map(async ([field, path]) => [field, await path] as const);
    return Object.fromEntries(await Promise.all(entries)) as unknown as Installation;
  };
  const all = settled(paths);
  const required = settled({ ...paths, sparkClassArchive: Promise.resolve(sparkClassArchive) });
  for (const promise of [all, required]) promise.catch(() => undefined); // callers await them if they need them
  return { ...paths, all, required };
}
