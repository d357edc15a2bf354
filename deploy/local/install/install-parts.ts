import { join } from 'node:path';
import type { Config } from '../../../workers/config';
import { cacheFolder } from '../folders';
import versions from '../versions.json';
import { artifactsPart } from './artifacts';
import { ELASTICSEARCH_HOME, elasticsearchPart } from './elasticsearch';
import type { Installation } from './installation';
import { findJava } from './java';
import { installPart, type InstallOptions, isInstalled, type Part, partFolder } from './part';
import type { Report } from './progress';
import { SPARK_PYTHON, sparkPart } from './spark';
import { sparkConnectorPart, sparkJars } from './spark-connector';
import { TEMPORAL_BINARY, temporalOnPath, temporalPart } from './temporal-cli';

const { kafka } = versions;
const kafkaPart = artifactsPart('kafka', kafka.version, kafka.artifacts);

/** What of an installation a caller may choose. */
export interface InstallPartsOptions {
  /** Where clients are looked for, and what they are given. */
  readonly env?: NodeJS.ProcessEnv;
  /** Aborted: clients are ended, nothing half-done is left, and the installation rejects with the reason. */
  readonly signal?: AbortSignal;
}

/**
 * Puts everything on the machine that this configuration needs and that is not there yet, into the cache folder.
 * Repeating the call starts no client and downloads nothing.
 *
 * @throws {@link StackError} when a client fails or a checksum is wrong
 */
export async function installParts(
  config: Config,
  report: Report,
  { env = process.env, signal }: InstallPartsOptions = {},
): Promise<Installation> {
  const cache = cacheFolder(config);
  const java = await findJava(env);
  const foundTemporal = await usableTemporal(config, env);
  const wanted = neededParts(config).filter((part) => part !== temporalPart || foundTemporal === undefined);
  // Compiling keeps all cores busy for minutes; the downloads go on beside it, one after the other.
  const lanes = [wanted.filter((part) => part === temporalPart), wanted.filter((part) => part !== temporalPart)];
  await installLanes(lanes, { cache, report, env, signal });

  return {
    ...java,
    temporal: foundTemporal ?? join(partFolder(temporalPart, cache), TEMPORAL_BINARY),
    kafkaLibs: partFolder(kafkaPart, cache),
    elasticsearchHome: join(partFolder(elasticsearchPart, cache), ELASTICSEARCH_HOME),
    python: join(partFolder(sparkPart, cache), SPARK_PYTHON),
    sparkJars: sparkJars(cache),
  };
}

/** The parts that this configuration needs, whether or not they are in the cache folder. */
export function neededParts(config: Config): Part[] {
  const parts: Part[] = [sparkPart, sparkConnectorPart];
  if (config.KAFKA_BROKERS === undefined) parts.push(kafkaPart);
  if (config.ELASTICSEARCH_NODE === undefined) parts.push(elasticsearchPart);
  if (config.TEMPORAL_ADDRESS === undefined) parts.push(temporalPart);
  return parts;
}

/** Our own build comes first, since it needs no process to be asked for its version. */
async function usableTemporal(config: Config, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (config.TEMPORAL_ADDRESS !== undefined || isInstalled(temporalPart, cacheFolder(config))) return undefined;
  const found = await temporalOnPath(env);
  return found?.usable === true ? found.path : undefined;
}

/** Installs several rows of parts at once, each row in order; the first failure ends the others. */
async function installLanes(lanes: readonly Part[][], options: InstallOptions): Promise<void> {
  const failure = new AbortController();
  const signals = [failure.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  const inOrder = async (parts: readonly Part[]): Promise<void> => {
    for (const part of parts) await installPart(part, { ...options, signal });
  };
  await Promise.allSettled(
    lanes.map((parts) =>
      inOrder(parts).catch((error: unknown) => {
        failure.abort(error);
      }),
    ),
  );
  signal.throwIfAborted();
}
