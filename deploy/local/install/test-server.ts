import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Config } from '../../../workers/config';
import { cacheFolder } from '../folders';
import versions from '../versions.json';
import { artifactFiles, type Artifacts, fetchArtifacts } from './artifacts';
import { runClient } from './client';
import { findJava } from './java';
import { installPart, type InstallTask, type Part, partFolder } from './part';
import type { Report } from './progress';

const { version } = versions.temporalTestServer;
const artifacts: Artifacts = versions.temporalTestServer.artifacts;

const WRAPPER = 'temporal-test-server';
const LAUNCHER = 'LoopbackTestServer';
const JVM_FLAGS = '-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable';

const CLASS_PATH = [`${LAUNCHER}.jar`, ...artifactFiles(artifacts)].join(delimiter);
const LAUNCHER_SOURCE = join(__dirname, `${LAUNCHER}.java`);

/** Temporal's time-skipping server, in the form that `TestWorkflowEnvironment.createTimeSkipping` starts it. */
const testServerPart: Part = {
  name: 'temporal-test-server',
  version,
  pins: { artifacts, launcher: readFileSync(LAUNCHER_SOURCE, 'utf8'), wrapper: wrapperScript() },
  proof: WRAPPER,
  fill,
};

/**
 * Installs the time-skipping Temporal server for tests unless it is there.
 *
 * @returns the path of an executable whose one argument is the port, to be passed as
 *   `{ server: { executable: { type: 'existing-path', path } } }`
 * @throws {@link StackError} when a client fails or a checksum is wrong
 */
export async function installTestServer(
  config: Config,
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const cache = cacheFolder(config);
  await installPart(testServerPart, { cache, report, env });
  return join(partFolder(testServerPart, cache), WRAPPER);
}

async function fill(folder: string, task: InstallTask): Promise<void> {
  const { env, progress, signal } = task;
  await fetchArtifacts(artifacts, folder, task);
  const { java } = await findJava(env);
  const run = { program: java, cwd: folder, env, signal };

  progress.update('compiling the launcher');
  const classes = join(folder, '.tmp', 'classes');
  await mkdir(classes);
  const compiler = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '-d', classes, '-cp', CLASS_PATH, LAUNCHER_SOURCE];
  await runClient({ ...run, args: compiler });
  const packing = ['-m', 'jdk.jartool/sun.tools.jar.Main', 'cf', `${LAUNCHER}.jar`, '-C', classes, '.'];
  await runClient({ ...run, args: packing });

  // The SDK waits five seconds for the server; classes that are loaded from an archive halve its start.
  progress.update('recording a class archive');
  const recording = [...JVM_FLAGS.split(' '), '-XX:ArchiveClassesAtExit=classes.jsa', '-cp', CLASS_PATH, LAUNCHER];
  await runClient({ ...run, args: recording });
  await writeFile(join(folder, WRAPPER), wrapperScript());
  await chmod(join(folder, WRAPPER), 0o755);
}

/** An archive that another Java has recorded is passed over without a word. */
function wrapperScript(): string {
  return `#!/bin/sh
cd "$(dirname "$0")" || exit
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" ${JVM_FLAGS} -XX:SharedArchiveFile=classes.jsa \\
  -cp '${CLASS_PATH}' ${LAUNCHER} "$@"
`;
}
