import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { heartbeat } from '@temporalio/activity';
import type { Activities } from '../../../activities';
import { pipelineFailure } from '../../../activities/contracts/failures';
import { dataConverterOf } from '../../../workers/codec/data-converter';
import { loadConfig } from '../../../workers/config';
import { startPipeline } from '../../../workers/start-pipeline';
import { registerSearchAttributes } from '../../../workers/search-attributes';
import type { PipelineProgress } from '../../../workflows/control/progress';
import { testEnvironment } from '../../support/environment';
import { freePorts } from '../../support/free-ports';
import { startProgram, type Program } from '../../support/program';
import { stackAddresses, temporalProgram, workerEnvironment } from '../../support/stack';
import { until } from '../../support/until';
import { bundledWorkflows, edited } from '../../workflows/bundle';
import { fakeActivities } from '../../workflows/fake-activities';

const run = promisify(execFile);
const logger = new DefaultLogger('ERROR');
const ENDLESS = { source: { kind: 'simulate', records: null, ratePerSecond: 10 } };
/** So few that every part continues as new within seconds. */
const MAX_HISTORY_EVENTS = 50;
const KEY_ID = 'november';

const id = randomUUID().slice(0, 8);
const taskQueue = `encrypted-${id}`;
const workflowId = `pipeline/${taskQueue}`;
/** In everything that a workflow gets, keeps and tells. */
const marker = `hidden-${id}`;
/** In a workflow that is not encrypted. */
const visible = `visible-${id}`;
const token = randomBytes(24).toString('base64url');

let folder: string;
let connection: NativeConnection;
let plain: Client;
let client: Client;
let dataConverter: DataConverter;
let codecServer: Program;
let codecUrl: string;
/** Of the pipeline that is encrypted. */
let firstRunId: string;
beforeAll(async () => {
  Runtime.install({ logger });
  folder = mkdtempSync(join(tmpdir(), 'encrypted-temporal-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const TEMPORAL_CODEC_KEYS_FILE = file('keys', `${KEY_ID} ${randomBytes(32).toString('base64')}\n`);
  dataConverter = dataConverterOf(loadConfig({ TEMPORAL_CODEC_KEYS_FILE }));
  const address = stackAddresses().temporal;
  connection = await NativeConnection.connect({ address });
  expect(await registerSearchAttributes(connection, 'default')).toBe(true);
  plain = new Client({ connection: await Connection.connect({ address }) });
  client = new Client({ connection: plain.connection, dataConverter });
  const { PAGE_PORT: port = '' } = await freePorts();
  codecUrl = `http://127.0.0.1:${port}`;
  const CODEC_SERVER_TOKEN_FILE = file('token', `${token}\n`);
  const environment = { TEMPORAL_CODEC_KEYS_FILE, CODEC_SERVER_TOKEN_FILE, CODEC_SERVER_PORT: port };
  codecServer = await startProgram(['workers/serve-codec.ts'], testEnvironment(environment), 'codec server ready');
});
afterAll(async () => {
  codecServer.child.kill('SIGTERM');
  expect(await codecServer.ended).toBe('0');
  await plain.connection.close();
  await connection.close();
  rmSync(folder, { recursive: true });
});

let isFailureShown = false;

/** A source that fails with the marker until that is shown, and heartbeats and returns it afterwards; a driver that runs on. */
function markedActivities(): Activities {
  const { activities } = fakeActivities();
  return {
    ...activities,
    parseInput: async (request) => ({
      ...(await activities.parseInput({ ...request, input: ENDLESS })),
      searchAttributes: true,
      ioTaskQueue: taskQueue,
      laneTaskQueue: taskQueue,
      hostTaskQueue: taskQueue,
    }),
    publishSimulatedRange: async (input) => {
      heartbeat(marker);
      await sleep(200);
      if (!isFailureShown) throw pipelineFailure('ServiceUnavailable', `${marker} does not answer`, { topic: marker });
      return { ...(await activities.publishSimulatedRange(input)), [marker]: marker };
    },
    watchSparkJob: async (input) => {
      await sleep(500);
      return { ...(await activities.watchSparkJob(input)), running: true, exitOk: null };
    },
  };
}

async function withWorker(converter: DataConverter, work: () => Promise<void>): Promise<void> {
  const bundle = await bundledWorkflows(logger, converter);
  const worker = await Worker.create({
    connection,
    taskQueue,
    dataConverter: converter,
    workflowBundle: edited(bundle, 'MAX_HISTORY_EVENTS = 1500', `MAX_HISTORY_EVENTS = ${MAX_HISTORY_EVENTS}`),
    activities: markedActivities(),
  });
  await worker.runUntil(work);
}

/** @param own - variables in which the CLI finds the codec server */
async function temporal(args: readonly string[], own: Readonly<Record<string, string>> = {}): Promise<string> {
  const command = [...args, '--address', stackAddresses().temporal];
  const { stdout } = await run(temporalProgram(), command, { env: testEnvironment(own), maxBuffer: 50_000_000 });
  return stdout;
}

function codecAs(bearer: string): Record<string, string> {
  return { TEMPORAL_CODEC_ENDPOINT: codecUrl, TEMPORAL_CODEC_AUTH: `Bearer ${bearer}` };
}

/** Whether the files of Temporal's database have this text. */
function isStored(text: string): boolean {
  const database = join(workerEnvironment()['PIPELINE_STATE_DIR'] ?? '', 'temporal');
  return readdirSync(database).some((name) => {
    try {
      return readFileSync(join(database, name)).includes(text);
    } catch {
      return false; // a journal, whose transaction has ended
    }
  });
}

/** All that the workflow gets, says and keeps: input, memo, summary, progress, details, commands, a schedule. */
async function exchangeMarkers(handle: WorkflowHandle): Promise<void> {
  const progress = async (): Promise<PipelineProgress | null> =>
    await handle.query<PipelineProgress>('progress').catch(() => null);
  await until('the failure is shown', async () => JSON.stringify((await progress())?.attention ?? []).includes(marker));
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  expect(JSON.stringify(metadata)).toContain(marker);
  isFailureShown = true;
  await handle.executeUpdate('setRate', { args: [{ ratePerSecond: 20 }] });
  await expect(handle.executeUpdate('setRate', { args: [{ [marker]: 1 }] })).rejects.toThrow();
  const source = client.workflow.getHandle(`${workflowId}/source`);
  const runId = async (): Promise<string> => (await source.describe()).runId;
  const first = await runId();
  await until('the source continues as new', async () => (await runId()) !== first);
}

/** `npm start` without keys ends when it cannot read the result, and says why. */
async function expectKeyMissingAtStart(): Promise<void> {
  const name = `${taskQueue}-keyless`;
  const config = loadConfig({ TEMPORAL_ADDRESS: stackAddresses().temporal, PIPELINE_TASK_QUEUE: taskQueue });
  const run = startPipeline(config, { name, input: {}, onProgress: () => undefined });
  const refused = expect(run).rejects.toThrow(/^Expected the key november, .* TEMPORAL_CODEC_KEYS_FILE is not set/);
  const handle = client.workflow.getHandle(`pipeline/${name}`);
  const stop = async (): Promise<boolean> =>
    await handle.executeUpdate('stop', { args: [{ drain: false }] }).then(
      () => true,
      () => false,
    );
  await until('the pipeline without keys is stopped', stop);
  await refused;
}

describe('Temporal with a file of keys', () => {
  it('stores nothing readable of a pipeline, which works as without, and whose history replays', async () => {
    const start = {
      taskQueue,
      workflowId,
      args: [{ note: marker }],
      memo: { [KEY_ID]: marker },
      staticSummary: marker,
    };
    await plain.workflow.start('streamingPipeline', {
      ...start,
      workflowId: `${workflowId}-visible`,
      taskQueue: `${taskQueue}-nobody`,
      args: [{ note: visible }],
      memo: {},
      staticSummary: visible,
    });
    const schedule = await client.schedule.create({
      scheduleId: taskQueue,
      spec: { intervals: [{ every: '1 day' }] },
      action: { type: 'startWorkflow', workflowType: 'streamingPipeline', taskQueue, args: [marker], memo: { marker } },
      state: { paused: true },
    });
    expect(JSON.stringify((await schedule.describe()).action)).toContain(marker);
    await schedule.delete();

    // A worker without keys says which one it lacks, and leaves the workflow to others.
    const handle = await client.workflow.start('streamingPipeline', start);
    firstRunId = handle.firstExecutionRunId;
    const failedTask = async (): Promise<string> => {
      const { events } = await plain.workflow.getHandle(workflowId).fetchHistory();
      const failed = events?.find(
        ({ workflowTaskFailedEventAttributes: failure }) => failure !== undefined && failure !== null,
      );
      return failed?.workflowTaskFailedEventAttributes?.failure?.message ?? '';
    };
    await withWorker({ payloadCodecs: dataConverterOf(loadConfig({})).payloadCodecs ?? [] }, async () => {
      await until('a workflow task fails', async () => (await failedTask()) !== '');
    });
    expect(await failedTask()).toMatch(/^Expected the key november, .* TEMPORAL_CODEC_KEYS_FILE is not set/);

    await withWorker(dataConverter, async () => {
      await exchangeMarkers(handle);
      expect((await handle.describe()).memo).toEqual({ [KEY_ID]: marker });
      await handle.executeUpdate('stop', { args: [{ drain: false }] });
      expect(await handle.result()).toBeNull();
      await expectKeyMissingAtStart();
    });

    const ids = new Set<string>();
    for await (const { workflowId: part, raw } of client.workflow.list({ query: `PipelineName = '${taskQueue}'` })) {
      ids.add(part);
      for (const [name, { data }] of Object.entries(raw.searchAttributes?.indexedFields ?? {})) {
        if (/^(Temporal|BuildIds$)/.test(name)) continue;
        const value: unknown = JSON.parse(Buffer.from(data ?? []).toString());
        expect([name, value]).toEqual([
          name,
          name === 'PipelineName' ? taskQueue : expect.stringMatching(/^[A-Za-z]+$/),
        ]);
      }
    }
    const parts = ['source', 'spark', 'index/readings', 'index/windows', 'index/deadLetters', 'proof'];
    expect(ids).toEqual(new Set([workflowId, ...parts.map((part) => `${workflowId}/${part}`)]));

    await until('the database has been written', () => isStored(visible));
    expect(isStored(marker)).toBe(false);

    const workflowBundle = await bundledWorkflows(logger);
    const history = await handle.fetchHistory();
    await Worker.runReplayHistory({ workflowBundle, dataConverter }, history, workflowId);
    await expect(Worker.runReplayHistory({ workflowBundle }, history, workflowId)).rejects.toThrow();
  }, 300_000);

  it('shows in the CLI through the codec server what a workflow got, to whom has the token', async () => {
    const input = Buffer.from(JSON.stringify({ note: marker })).toString('base64');
    const show = ['workflow', 'show', '--workflow-id', workflowId, '--run-id', firstRunId, '--output', 'json'];
    expect(await temporal(show)).not.toContain(input);
    expect(await temporal(show, codecAs(token))).toContain(input);
    await expect(temporal([...show, '--command-timeout', '2s'], codecAs('another'))).rejects.toThrow();
  });

  it('gets from the CLI through the codec server an encrypted input', async () => {
    const named = `${workflowId}-by-hand`;
    const input = ['--type', 'streamingPipeline', '--workflow-id', named, '--input', JSON.stringify({ note: marker })];
    await temporal(['workflow', 'start', '--task-queue', `${taskQueue}-nobody`, ...input], codecAs(token));
    const { events } = await client.workflow.getHandle(named).fetchHistory();
    const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    expect(Buffer.from(payload?.metadata?.['encryption-key-id'] ?? []).toString()).toBe(KEY_ID);
    await client.workflow.getHandle(named).terminate();
    expect(isStored(marker)).toBe(false);
  });
});
