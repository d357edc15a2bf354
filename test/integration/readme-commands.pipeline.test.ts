import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import type { RunReport } from '../../activities/contracts/report';
import type { OutgoingRecord } from '../../activities/kafka';
import { commandsIn, DOCUMENTS, documentText, runsOnTestServers } from '../support/documents';
import { PROJECT } from '../support/program';
import { testEnvironment } from '../support/environment';
import { failureOf } from '../support/failure-of';
import { stackAddresses, temporalProgram } from '../support/stack';
import { PipelineDriver } from '../support/pipeline-driver';
import { expectProtected, writeProtectKey } from './expect-protected';
import { expectInspection } from './expect-inspection';
import type { WorkerProcess } from '../support/worker-process';
import { until } from '../support/until';
import { expectExport, expectLongFormat } from './recipe-outcomes';

const EXAMPLE = 'deploy/examples/topic.json';
const run = promisify(execFile);

/** Every command in the documents that runs against real servers. */
const COMMANDS = DOCUMENTS.flatMap((document) => commandsIn(documentText(document))).filter(runsOnTestServers);

let driver: PipelineDriver;
let worker: WorkerProcess;
const typed = new Set<string>();
beforeAll(async () => {
  driver = await PipelineDriver.open();
  // The task queue that the documents name.
  worker = await driver.startWorker({ PIPELINE_TASK_QUEUE: 'pipeline', PROTECT_KEY_FILE: writeProtectKey() });
});
afterAll(async () => {
  await driver.close();
  // Whatever the order of the tests, together they have typed all commands.
  expect(COMMANDS.filter((command) => !typed.has(command))).toEqual([]);
});

/** Types the first command that has all of `words`, with `more` at its end, edited as people edit an example. */
async function type(words: string, more = '', edit: (command: string) => string = (it) => it): Promise<string> {
  const command = COMMANDS.find((line) => words.split(' ').every((word) => line.includes(word)));
  if (command === undefined) throw new Error(`expected a command with these words in the documents: ${words}`);
  typed.add(command);
  const PATH = `${dirname(temporalProgram())}:${process.env['PATH'] ?? ''}`;
  // The CLI also takes settings from a file in the home folder, which go before those of the environment.
  const env = testEnvironment({ PATH, TEMPORAL_ADDRESS: stackAddresses().temporal, HOME: tmpdir() });
  const { stdout } = await run('sh', ['-c', `${edit(command)} ${more}`], { cwd: PROJECT, env });
  return stdout;
}

/** Asked for without the CLI, which takes a third of a core while it is asked again and again. */
async function produced(): Promise<number> {
  const handle = driver.temporal.workflow.getHandle('pipeline/mine');
  return (await handle.query<{ produced: number }>('progress').catch(() => ({ produced: 0 }))).produced;
}

async function produces(): Promise<void> {
  await until('readings are published', async () => (await produced()) > 0);
  await shows(/"produced": ?[1-9]/);
}

/** A server that is busy with the workflow may refuse a query; people ask again. */
async function shows(pattern: RegExp): Promise<void> {
  const shown = (): Promise<string> => type('query pipeline/mine').catch(String);
  await until(`the query shows ${pattern}`, async () => pattern.test(await shown()));
}

async function status(workflowId: string): Promise<string> {
  return (await driver.temporal.workflow.getHandle(workflowId).describe()).status.name;
}

/** A topic of others may be the raw topic of another pipeline. */
const HEADERS_OF_OTHERS = { 'pipeline-run': 'a run of another pipeline', run: '42' };
const ROOM = 'laboratory-7';
const WINDOW_MS = 10_000;
const WINDOWS = 4;

/** The first of partition 0 that has a value: of a reading in which every measurement is absent, there is no document. */
async function firstReadingIsIndexed(): Promise<boolean> {
  const { end } = await driver.kafka.offsets('mine.enriched');
  const ids: string[] = [];
  await driver.kafka.readRange({ topic: 'mine.enriched', partition: 0, from: '0', to: end[0] ?? '0' }, (records) => {
    for (const { value, headers } of records) if (value !== null) ids.push(headers['event-id']?.toString() ?? '');
  });
  const [id] = ids;
  return (
    id !== undefined && (await driver.elasticsearch.exists({ index: 'pipeline.mine.readings', id, refresh: true }))
  );
}

async function readingsIndexed(): Promise<number> {
  const { count } = await driver.elasticsearch.count({ index: 'pipeline.mine.readings', ignore_unavailable: true });
  return count;
}

/** Every reading's content without its provenance, under its id, for the ids that there were before. */
async function contents(ids?: readonly string[]): Promise<Map<string, string>> {
  await driver.elasticsearch.indices.refresh({ index: 'pipeline.mine.readings' });
  const query = ids === undefined ? { match_all: {} } : { ids: { values: [...ids] } };
  const { hits } = await driver.elasticsearch.search<Record<string, unknown>>({
    index: 'pipeline.mine.readings',
    size: 10_000,
    query,
  });
  return new Map(hits.hits.map(({ _id, _source }) => [_id ?? '', JSON.stringify({ ..._source, provenance: null })]));
}

/** Of all workflows of a type. */
async function statuses(type: string): Promise<readonly string[]> {
  const found: string[] = [];
  const query = `WorkflowType = '${type}'`;
  for await (const { status } of driver.temporal.workflow.list({ query })) found.push(status.name);
  return found;
}

const replays = (): Promise<readonly string[]> => statuses('replayTopic');

/** Backfills the windows up to now while readings arrive, with a worker killed on the way. */
async function replayByScheduleUnderKill(): Promise<void> {
  await until('there are readings to replay', async () => (await readingsIndexed()) > 200);
  const before = await contents();
  const endMs = Math.floor(Date.now() / WINDOW_MS) * WINDOW_MS;
  const at = (ms: number): string => new Date(ms).toISOString();
  const shorter = (command: string): string =>
    command.replace('1 hour', `${WINDOW_MS / 1_000} seconds`).replace('1h', `${WINDOW_MS / 1_000}s`);
  await type('schedule create mine-replay', '', shorter);
  await type('schedule trigger mine-replay');
  await type('schedule backfill mine-replay', '', (command) =>
    command
      .replace(/--start-time \S+/, `--start-time ${at(endMs - WINDOWS * WINDOW_MS - 1)}`)
      .replace(/--end-time \S+/, `--end-time ${at(endMs)}`),
  );
  await until('a replay runs', async () => (await replays()).includes('RUNNING'));
  await worker.kill('SIGKILL');
  worker = await driver.startWorker({ PIPELINE_TASK_QUEUE: 'pipeline' });
  await until('all replays are done', async () => {
    const ended = await replays();
    return ended.length >= WINDOWS && ended.every((status) => status === 'COMPLETED');
  });
  await type('schedule delete mine-replay');
  expect(await contents([...before.keys()])).toEqual(before);
}

/** Types a command for another pipeline. */
function typeOf(name: string, words: string): Promise<string> {
  return type(words, '', (command) => command.replaceAll('mine', name));
}

async function proveAgain(name: string): Promise<string> {
  await typeOf(name, 'start reconcile/mine/again');
  return await typeOf(name, 'workflow result reconcile/mine/again');
}

/** Counts the dead letters to redrive, proves the run, red once a document is gone, and drops its month. */
async function proveAndExpire(name: string): Promise<void> {
  await typeOf(name, 'start redrive/mine/again');
  const counted = await typeOf(name, 'workflow result redrive/mine/again');
  expect(counted).toMatch(/"dryRun": ?true/);
  expect(counted).toMatch(/dead letters of stage parse are left as they are/);
  expect(await proveAgain(name)).toMatch(/"reconciled": ?true/);

  const { hits } = await driver.elasticsearch.search({ index: aliasesOf(name).readings, size: 1 });
  const { _id: id = '', _index: index = '' } = hits.hits[0] ?? {};
  expect(index).toBe(`${aliasesOf(name).readings}-2024-05`);
  await driver.elasticsearch.delete({ index, id, refresh: true });
  const red = await proveAgain(name);
  expect(red).toMatch(/"reconciled": ?false/);
  expect(red).toContain(id);

  await typeOf(name, 'schedule create retention');
  await typeOf(name, 'schedule trigger retention');
  await until('the month is dropped', async () => !(await driver.elasticsearch.indices.exists({ index })));
  await until('the retention has ended', async () => (await statuses('dropOldMonths')).includes('COMPLETED'));
  await typeOf(name, 'schedule delete retention');
  const expired = await proveAgain(name);
  expect(expired).toMatch(/"reconciled": ?true/);
  expect(expired).toMatch(/"indexed": ?0\b/);
}

/** Triggers the schedule of the documents for a pipeline that is running. */
async function refusesScheduledRun(): Promise<void> {
  await type('schedule create greenhouse-nightly', '', (it) => it.replace('pipeline/greenhouse', 'pipeline/mine'));
  await driver.temporal.schedule.getHandle('greenhouse-nightly').trigger();
  const query = "WorkflowType = 'streamingPipeline' AND ExecutionStatus = 'Failed'";
  const failures: string[] = [];
  await until('the scheduled run has failed', async () => {
    for await (const { workflowId } of driver.temporal.workflow.list({ query })) {
      if (!workflowId.startsWith('pipeline/mine-')) continue;
      failures.push(String(await failureOf(driver.temporal.workflow.getHandle(workflowId).result())));
    }
    return failures.length > 0;
  });
  expect(failures[0]).toContain('pipeline/mine is running');
  await type('schedule delete greenhouse-nightly');
}

/** Looks at people's topic before it is read. */
async function inspectsTopic(): Promise<void> {
  await type('start --workflow-id inspect/plant');
  await type('workflow result inspect/plant');
  await expectInspection(driver.temporal.workflow.getHandle('inspect/plant'), ROOM);
}

describe('the commands of the documents', () => {
  it("carry people's own topic, prove it again and drop it, beside a pipeline without input that is shown, held and cancelled", async () => {
    const topic = 'plant.readings';
    await driver.kafka.prepareTopics([{ topic, partitions: 2, maxMessageBytes: 1_048_588 }]);
    const at = '2024-05-01T10:00:30Z';
    const sent = (key: string, value: object): OutgoingRecord => {
      return { key, value: JSON.stringify(value), headers: HEADERS_OF_OTHERS };
    };
    const records = [
      sent('plant/s1', { id: 'a', at, values: { temp: 212, rh: 40, battery: 'ok' }, room: ROOM }),
      sent('plant/s1', { id: 'b', at: Date.parse(at), values: { temp: 32 } }),
      sent('plant/s1', { id: 'b', at: Date.parse(at), values: { temp: 32 } }),
      sent('plant/s2', { at, values: { rh: 50 } }),
      sent('plant/s2', { id: 'f', at, values: { rh: 'unavailable' } }),
      sent('plant/s1', { id: 'c', at, values: { temp: '70 F' } }),
      sent('plant/s1', { id: 'd', at: '2024-05-01 10:00', values: { temp: 70 } }),
    ];
    // One by one: while the topic is new, what is sent again must be nothing that has arrived.
    for (const record of [...records, { key: null, value: '{"id":"e"', headers: {} }]) {
      await driver.kafka.publish(topic, [record]);
    }
    await inspectsTopic();
    const example = JSON.parse(readFileSync(join(PROJECT, EXAMPLE), 'utf8')) as object;
    const input = JSON.stringify({ ...example, partitions: 2, index: { by: 'month' } });
    await type('start --workflow-id pipeline/plant', '', (command) =>
      command.replace(`--input-file ${EXAMPLE}`, `--input '${input}'`),
    );
    await type('start --workflow-id pipeline/cellar');
    await type('start --workflow-id pipeline/home');
    await type('start --workflow-id pipeline/wearers');
    await type('start --workflow-id pipeline/mine');
    await produces();
    expect(await status('pipeline/plant')).toBe('RUNNING');
    await refusesScheduledRun();
    await type('update pipeline/mine pause');
    await shows(/"state": ?"PAUSED"/);
    const paused = (command: string): string => command.replace('PARKED', 'PAUSED');
    await until('it is found', async () => (await type('workflow list', '', paused)).includes('pipeline/mine'));
    await type('update pipeline/mine resume');
    await type('cancel pipeline/mine');
    await until('it is cancelled', async () => (await status('pipeline/mine')) === 'CANCELLED');

    const { proof } = (await driver.temporal.workflow.getHandle('pipeline/plant').result()) as RunReport;
    const counts = {
      planned: null,
      published: 7,
      foreign: 0,
      indexed: 3,
      absent: 1,
      deadLetters: 3,
      repeats: 1,
      windowedReadings: 3,
    };
    expect(proof).toMatchObject({ reconciled: true, ...counts });
    expect(proof.deadLettersByReason).toMatchObject({ 'parse:BadTimestamp': 1 });
    const document = await driver.elasticsearch.get<Record<string, unknown>>({
      index: 'pipeline.plant.readings-2024-05',
      id: 'a',
    });
    expect(document._source).toMatchObject({
      ...{ deviceId: 'plant/s1', humidity: 40 },
      labels: { room: ROOM, 'values.battery': 'ok' },
    });
    expect(document._source?.['temperature']).toBeCloseTo(100, 5);
    await expectExport(driver);
    await expectLongFormat(driver);
    await expectProtected(driver, worker.lines);
    await proveAndExpire('plant');
  }, 600_000);

  it('pace and stop a run without end, which is then drained and proven', async () => {
    const source = { kind: 'simulate', records: null, ratePerSecond: 20 };
    // Spark has a core to itself all the time where micro-batches follow each other.
    const endless = JSON.stringify({ source, partitions: 2, spark: { triggerInterval: '10 seconds' } });
    await type('start --workflow-id pipeline/mine', `--input '${endless}'`);
    await produces();
    // Fast enough for a replay, slow enough for Spark's first batches.
    await type('update pipeline/mine setRate', '', (command) => command.replace('500', '60'));
    const before = await produced();
    await until('it publishes at the new rate', async () => (await produced()) > before + 200);
    await until('what the command skips is indexed', firstReadingIsIndexed);
    await type('update pipeline/mine/index/readings skip');
    await replayByScheduleUnderKill();
    await type('update pipeline/mine stop');
    const result = await type('workflow result pipeline/mine');
    expect(result).toMatch(/"reconciled": ?true/);
    expect(result).toContain('stopped by hand');
  }, 600_000);
});
