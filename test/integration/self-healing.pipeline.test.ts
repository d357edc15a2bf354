import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { RunReport } from '../../activities/contracts/report';
import { isFree } from '../../deploy/local/processes/ports';
import { dataConverterOf } from '../../workers/codec/data-converter';
import { loadConfig } from '../../workers/config';
import { START_COMMANDS } from '../support/documented-commands';
import { SHORT_RUN_JAVA_OPTIONS } from '../support/java-options';
import { freePorts } from '../support/free-ports';
import { StackProcess } from '../support/stack-process';
import { until } from '../support/until';

const PARTS = ['temporal', 'worker', 'kafka', 'page', 'elasticsearch'] as const;
/** What keeps running when the launcher is killed and everything else with it. */
const LEFT_RUNNING: readonly string[] = ['kafka', 'page'];
/** The one of the command in the documents. */
const NAME = 'paced';
const EXAMPLE = 'deploy/examples/simulate-paced.json';
const INPUT = {
  source: { kind: 'simulate', records: null, ratePerSecond: 20 },
  partitions: 2,
  // Without pauses between micro-batches, Spark would use a whole core.
  spark: { triggerInterval: '5 seconds' },
};

/** Of no use to the servers, which ask for none: what a worker has must not come to light elsewhere. */
const API_KEY = `key-${randomBytes(16).toString('hex')}`;
const [CODEC_KEY, NEW_CODEC_KEY] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
/** In the input of the pipeline, and so in its history. */
const IN_HISTORY = '"ratePerSecond":20';

let stateFolder: string;
let keyFile: string;
let ports: Record<string, string>;
let environment: Record<string, string>;
let launcher: StackProcess;
let connection: Connection;
let run: WorkflowHandle;

beforeAll(async () => {
  stateFolder = join(mkdtempSync(join(tmpdir(), 'self-healing-')), 'state');
  await chmod(join(stateFolder, '..'), 0o755);
  mkdirSync(stateFolder, { mode: 0o755 });
  ports = await freePorts();
  keyFile = join(stateFolder, '..', 'codec-keys');
  writeFileSync(keyFile, `november ${CODEC_KEY}\n`, { mode: 0o600 });
  const secrets = { ELASTICSEARCH_API_KEY: API_KEY, TEMPORAL_CODEC_KEYS_FILE: keyFile };
  environment = { ...ports, ...secrets, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS };
  const inputFile = join(stateFolder, '..', 'input.json');
  writeFileSync(inputFile, JSON.stringify(INPUT));
  launcher = await start(START_COMMANDS.paced.replace(EXAMPLE, inputFile));
  connection = await Connection.connect({ address: `127.0.0.1:${ports['TEMPORAL_PORT'] ?? ''}` });
  const dataConverter = dataConverterOf(loadConfig({ TEMPORAL_CODEC_KEYS_FILE: keyFile }));
  run = new Client({ connection, dataConverter }).workflow.getHandle(`pipeline/${NAME}`);
}, 300_000);

afterAll(async () => {
  await connection.close();
  await launcher.stop();
  await rm(join(stateFolder, '..'), { recursive: true, force: true });
});

/** Types a command that starts the stack and follows the pipeline; resolves when it shows progress. */
async function start(command: string): Promise<StackProcess> {
  return await StackProcess.start(environment, stateFolder, { command, readyLine: `${NAME}: ` });
}

/** Number of micro-batches whose offsets are in the checkpoint. */
function microBatches(): number {
  try {
    const files = readdirSync(join(stateFolder, 'spark', 'checkpoints', NAME), {
      recursive: true,
      encoding: 'utf8',
    });
    return files.filter((file) => /offsets\/\d+$/.test(file)).length;
  } catch {
    return 0;
  }
}

async function produced(): Promise<number> {
  return (await run.query<{ produced: number }>('progress').catch(() => ({ produced: 0 }))).produced;
}

/** Every process with the state folder in its arguments. */
function processesOfTheStack(): string[] {
  const all = execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes(stateFolder));
}

/** The servers, drivers and whatever else runs below the state folder, with a secret in the arguments or environment. */
function programsWithSecrets(): string[] {
  const hasSecret = (line: string): boolean => {
    const pid = line.trim().split(' ')[0] ?? '';
    const texts = ['cmdline', 'environ'].map((file) => readFileSync(join('/proc', pid, file), 'latin1'));
    return [API_KEY, CODEC_KEY, keyFile].some((secret) => texts.join().includes(secret));
  };
  return processesOfTheStack().filter(hasSecret);
}

/** The id of the key with which the result of the run is encrypted. */
async function keyOfResult(): Promise<string> {
  const { events } = await run.fetchHistory();
  const [payload] = events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads ?? [];
  return Buffer.from(payload?.metadata?.['encryption-key-id'] ?? []).toString();
}

/** The files below the state folder that have a text, by paths in it. */
function filesWith(text: string): string[] {
  const paths = readdirSync(stateFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return paths.filter((path) => readFileSync(path).includes(text)).map((path) => path.slice(stateFolder.length + 1));
}

describe('the local stack', () => {
  it('restarts whatever is killed during a run, which the next start joins and which ends reconciled under another codec key, and leaves no process running and no secret', async () => {
    for (const part of PARTS) {
      const killed = launcher.pidOf(part);
      await launcher.kill(part);
      expect(launcher.pidOf(part)).not.toBe(killed);
    }
    await killLauncherDuringMicroBatch();
    const before = await produced();
    await until('readings are published again', async () => (await produced()) > before);
    await until('Spark is in a process of the stack', () => processesOfTheStack().join().includes('SparkSubmit'));
    expect(programsWithSecrets()).toEqual([]);
    writeFileSync(keyFile, `december ${NEW_CODEC_KEY}\nnovember ${CODEC_KEY}\n`);

    await run.executeUpdate('stop');
    const { reconciled, proof, sparkStarts } = (await run.result()) as RunReport;
    expect({ reconciled, proof }).toMatchObject({ reconciled: true, proof: { conflicts: 0, discrepancies: {} } });
    expect(proof.published).toBeGreaterThanOrEqual(before);
    expect(proof.published).toBe(proof.planned);
    expect(proof.windowedReadings).toBe(proof.indexed);
    expect(sparkStarts).toBeGreaterThanOrEqual(2);
    expect(await keyOfResult()).toBe('december');
    await expectOrderedStop();
    expect(filesWith(NAME)).toContain('temporal/temporal.db');
    for (const secret of [API_KEY, CODEC_KEY, NEW_CODEC_KEY, IN_HISTORY])
      expect([secret, filesWith(secret)]).toEqual([secret, []]);
  }, 900_000);
});

/** Kills the launcher and nearly everything else, Spark included; the next start stops the processes that are left. */
async function killLauncherDuringMicroBatch(): Promise<void> {
  const before = microBatches();
  await until('Spark is inside a micro-batch', () => microBatches() > before);
  const stopped = LEFT_RUNNING.map(
    (part) => `${part}: stopped the process that an earlier start left running (pid ${launcher.pidOf(part)})`,
  );
  await launcher.killEverything(LEFT_RUNNING);
  const command = START_COMMANDS.demo.replace('npm ci && ', '');
  launcher = await start(`${command} --name ${NAME}`);
  expect(launcher.lines).toEqual(expect.arrayContaining(stopped));
}

/** The launcher prints the report and stops by itself, worker and page before the servers. */
async function expectOrderedStop(): Promise<void> {
  expect(await launcher.ended).toBe('0');
  expect(launcher.lines.filter((line) => line.startsWith('RECONCILED'))).toHaveLength(1);
  const stops = launcher.lines.filter((line) => /: (stopping|stopped)/.test(line));
  const last = Math.max(...['worker', 'page'].map((part) => stops.indexOf(`${part}: stopped`)));
  expect(last).toBeLessThan(stops.indexOf('kafka: stopping'));
  expect(processesOfTheStack()).toEqual([]);
  expect(await Promise.all(Object.values(ports).map((port) => isFree(Number(port))))).not.toContain(false);
}
