import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Config } from '../../workers/config';
import { cacheFolder } from '../../deploy/local/folders';
import versions from '../../deploy/local/versions.json';
import { artifactFiles, fetchArtifacts } from '../../deploy/local/install/artifacts';
import type { InstallOptions, InstallTask } from '../../deploy/local/install/install-task';
import { findJava } from '../../deploy/local/install/java';
import { installPart, type Part, partFolder } from '../../deploy/local/install/part';

const { version, artifacts } = versions.temporalTestServer;

const WRAPPER = 'temporal-test-server';
const LAUNCHER = 'LoopbackTestServer';
const LAUNCHER_SOURCE = join(__dirname, `${LAUNCHER}.java`);
const JVM_FLAGS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xlog:disable'];
const CLASS_PATH = [`${LAUNCHER}.jar`, ...artifactFiles(artifacts)].join(delimiter);

/** A class archive that another Java has recorded is passed over without a word. */
const WRAPPER_SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" ${JVM_FLAGS.join(' ')} -XX:SharedArchiveFile=classes.jsa \\
  -cp '${CLASS_PATH}' ${LAUNCHER} "$@"
`;

/** Temporal's time-skipping server, in the form that `TestWorkflowEnvironment.createTimeSkipping` starts it. */
const testServerPart: Part = {
  name: 'temporal-test-server',
  version,
  pins: { artifacts, launcher: readFileSync(LAUNCHER_SOURCE, 'utf8'), wrapper: WRAPPER_SCRIPT },
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
  report: InstallOptions['report'],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const cache = cacheFolder(config);
  await installPart(testServerPart, { cache, report, env });
  return join(partFolder(testServerPart, cache), WRAPPER);
}

async function fill(folder: string, task: InstallTask): Promise<void> {
  await fetchArtifacts(artifacts, folder, task);
  const { java } = await findJava(task.env);
  const classes = join(task.scratch, 'classes');
  await mkdir(classes);
  const compiler = [java, '-m', 'jdk.compiler/com.sun.tools.javac.Main'] as const;
  await task.run('compiling', [...compiler, '-d', classes, '-cp', CLASS_PATH, LAUNCHER_SOURCE]);
  await task.run('packing', [
    java,
    '-m',
    'jdk.jartool/sun.tools.jar.Main',
    'cf',
    `${LAUNCHER}.jar`,
    '-C',
    classes,
    '.',
  ]);
  // The SDK waits five seconds for the server, and classes that are loaded from an archive halve its start.
  const recording = [...JVM_FLAGS, '-XX:ArchiveClassesAtExit=classes.jsa', '-cp', CLASS_PATH, LAUNCHER];
  await task.run('recording a class archive', [java, ...recording]);
  await writeFile(join(folder, WRAPPER), WRAPPER_SCRIPT);
  await chmod(join(folder, WRAPPER), 0o755);
}
