import { join } from 'node:path';
import type { Config } from '../../../workers/config';
import { cacheFolder } from '../folders';
import { installPart, partFolder, type InstallOptions } from './part';
import { SPARK_JOB_JAR, sparkJobPart, sparkPart } from './pinned-parts';
import { findJava } from './programs';

/** Spark's jars and the job, and the environment in which its Java is found. */
export interface InstalledSpark {
  readonly jars: string;
  readonly jobJar: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Returns the installed Spark; installs it and the job if they are missing, without any server.
 *
 * @throws {@link StackError} when Java is missing, a program fails or a checksum is wrong
 */
export async function installedSpark(
  config: Config,
  options: Pick<InstallOptions, 'onEvent' | 'env'>,
): Promise<InstalledSpark> {
  const cache = cacheFolder(config);
  for (const part of [sparkPart, sparkJobPart]) await installPart(part, { cache, ...options });
  const { javaHome } = await findJava(options.env);
  return {
    jars: partFolder(sparkPart, cache),
    jobJar: join(partFolder(sparkJobPart, cache), SPARK_JOB_JAR),
    environment: { ...options.env, JAVA_HOME: javaHome },
  };
}
