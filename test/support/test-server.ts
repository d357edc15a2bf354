import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadConfig } from '../../workers/config';
import { cacheFolder } from '../../deploy/local/folders';
import versions from '../../deploy/local/versions.json';
import { artifactFiles, fetchArtifacts } from '../../deploy/local/install/artifacts';
import { installPart, type InstallTask, type Part, partFolder } from '../../deploy/local/install/part';
import { findJava } from '../../deploy/local/install/programs';
import { describeEvent, type StackEvent } from '../../deploy/local/stack-event';

const { version, artifacts } = versions.temporalTestServer;

const WRAPPER = 'temporal-test-server';
const LAUNCHER = 'LoopbackTestServer';
const LAUNCHER_SOURCE = join(__dirname, `${LAUNCHER}.java`);
const JVM_FLAGS = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xlog:disable'];
const CLASS_PATH = [`${LAUNCHER}.jar`, ...artifactFiles(artifacts)].join(delimiter);

/** A class archive that another Java version recorded is ignored silently. */
const WRAPPER_SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" ${JVM_FLAGS.join(' ')} -XX:SharedArchiveFile=classes.jsa \\
  -cp '${CLASS_PATH}' ${LAUNCHER}
`;

/** Temporal's time-skipping server, which prints its port. */
const testServerPart: Part = {
  name: 'temporal-test-server',
  version,
  pins: { artifacts, launcher: readFileSync(LAUNCHER_SOURCE, 'utf8'), wrapper: WRAPPER_SCRIPT },
  requiredFile: WRAPPER,
  fill,
};

/** A running time-skipping server with its clients. */
export interface TimeSkippingServer {
  readonly environment: TestWorkflowEnvironment;
  /** Closes the clients and ends the server. */
  readonly stop: () => Promise<void>;
}

/** `TestWorkflowEnvironment.create`, which is private. */
interface Environments {
  create(options: {
    readonly server: { readonly type: 'existing' };
    readonly address: string;
    readonly supportsTimeSkipping: true;
  }): Promise<TestWorkflowEnvironment>;
}

/**
 * Starts Temporal's time-skipping server, after installing it if necessary.
 *
 * @throws {@link StackError} when a download fails or a checksum is wrong
 */
export async function startTimeSkippingServer(): Promise<TimeSkippingServer> {
  const cache = cacheFolder(loadConfig());
  const onEvent = (event: StackEvent): void => {
    process.stderr.write(`${describeEvent(event)}\n`);
  };
  await installPart(testServerPart, { cache, onEvent, env: process.env });
  const program = join(partFolder(testServerPart, cache), WRAPPER);
  const server = spawn(program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const port = await printedPort(server.stdout);
  // `createTimeSkipping` would start the server, but gives it five seconds only, which are not enough on a busy machine.
  const environment = await (TestWorkflowEnvironment as unknown as Environments).create({
    server: { type: 'existing' },
    address: `127.0.0.1:${port}`,
    supportsTimeSkipping: true,
  });
  const stop = async (): Promise<void> => {
    await environment.teardown();
    server.kill('SIGKILL');
    await ended;
  };
  return { environment, stop };
}

/** @throws Error when the server ends before it listens */
async function printedPort(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) return line;
  throw new Error(`${WRAPPER} ended before it listened`);
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
  // Loading classes from an archive halves its start time.
  const recording = [...JVM_FLAGS, '-XX:ArchiveClassesAtExit=classes.jsa', '-cp', CLASS_PATH, LAUNCHER, '--once'];
  await task.run('recording a class archive', [java, ...recording]);
  await writeFile(join(folder, WRAPPER), WRAPPER_SCRIPT);
  await chmod(join(folder, WRAPPER), 0o755);
}
