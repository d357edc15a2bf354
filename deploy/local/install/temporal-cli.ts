import { join } from 'node:path';
import versions from '../versions.json';
import { wrongChecksum } from './checksum';
import { runClient } from './client';
import { findExecutable, requireExecutable } from './executable';
import type { InstallTask, Part } from './part';

const { version, module: source, command, sum, packages } = versions.temporal;
const OLDEST_SERVER = [1, 29] as const;

/** The binary, inside the folder of the part. */
export const TEMPORAL_BINARY = 'bin/temporal';

export const temporalPart: Part = {
  name: 'temporal',
  version,
  pins: { module: source, command, sum },
  proof: TEMPORAL_BINARY,
  fill: compile,
};

/** What a `temporal` on PATH says of itself. */
export interface FoundTemporal {
  readonly path: string;
  /** Its first line of `--version`. */
  readonly says: string;
  /** Whether its server knows all that the workflows use. */
  readonly usable: boolean;
}

/** Looks for a `temporal` that somebody else has installed. */
export async function temporalOnPath(env: NodeJS.ProcessEnv): Promise<FoundTemporal | undefined> {
  const path = findExecutable('temporal', env);
  if (path === undefined) return undefined;
  const says = await runClient({ program: path, args: ['--version'], cwd: '/', env }).catch(String);
  // A build by `go install` calls itself 0.0.0-DEV: the version of the server inside is what counts.
  const server = /\(Server (\d+)\.(\d+)\./.exec(says);
  const [major = 0, minor = 0] = server?.slice(1).map(Number) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_SERVER;
  const usable = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return { path, says: says.split('\n')[0] ?? '', usable };
}

async function compile(folder: string, { env, progress, signal }: InstallTask): Promise<void> {
  const program = requireExecutable('go', env);
  const target = `@v${version}`;
  const run = { program, cwd: folder, signal, env: { ...env, GOBIN: join(folder, 'bin'), GOWORK: 'off' } };
  progress.update('downloading the source');
  const listed = await runClient({ ...run, args: ['mod', 'download', '-json', source + target] });
  const found = (JSON.parse(listed) as { Sum?: string }).Sum ?? 'no checksum';
  if (found !== sum) throw wrongChecksum(`The Go module ${source + target}`, sum, found);

  progress.update('resolving modules');
  let downloaded = 0;
  let compiled = 0;
  const onLine = (line: string): void => {
    if (line.startsWith('go: downloading')) progress.update(`downloading, ${++downloaded} modules`);
    // `-v` names each package as it is compiled; those in Go's own cache are passed over.
    else progress.update(`compiling, ${++compiled} packages`, compiled / packages);
  };
  // Without debug symbols a sixth smaller. The module's own go.sum verifies all it depends on.
  await runClient({ ...run, args: ['install', '-v', '-ldflags=-s -w', `${source}/${command}${target}`], onLine });
}
