import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../../../activities';
import { parseInput } from '../../../activities/preparation/parse-input';
import type { proveRanges } from '../../../workflows';
import type { RangesProgress } from '../../../workflows/control/progress';
import { WrittenRanges } from '../../activities/reconciliation/written-ranges';
import { activitiesWith } from '../../support/activities';
import { PipelineDriver } from '../../support/pipeline-driver';
import { stackAddresses } from '../../support/stack';
import { until } from '../../support/until';
import { bundledWorkflows } from '../bundle';

const EVERY_MS = 2_000;
const AGAIN = 1;
const RANGES = 3;

let driver: PipelineDriver;
let ranges: WrittenRanges;
let handle: WorkflowHandle<typeof proveRanges>;
/** Periods of the proof so far. */
let periods = 0;

beforeAll(async () => {
  driver = await PipelineDriver.open();
  const { taskQueue } = driver;
  const folder = await mkdtemp(join(tmpdir(), 'prove-ranges-test-'));
  ranges = new WrittenRanges(driver);
  await ranges.prepare();
  const { kafka, elasticsearch } = driver;
  const activities = activitiesWith({ kafka, elasticsearch, scratchFolder: folder });
  // The stages whose progress closes a range do not run here: what is written is indexed already.
  const closeRange: Activities['closeRange'] = async ({ from }) => {
    periods += 1;
    const to = await ranges.ends();
    return to.raw[0] === from.raw[0] ? { waitsFor: 'spark' } : { closedMs: Date.now(), from, to };
  };
  const connection = await NativeConnection.connect({ address: stackAddresses().temporal });
  const workflowBundle = await bundledWorkflows(new DefaultLogger('ERROR'));
  const worker = await Worker.create({
    ...{ connection, taskQueue, workflowBundle },
    activities: { ...activities, closeRange },
  });
  const ended = worker.run();
  driver.stopOnClose(async () => {
    worker.shutdown();
    await ended;
    await connection.close();
    await rm(folder, { recursive: true });
  });
  handle = await startProof(taskQueue);
});
afterAll(async () => {
  await handle.terminate();
  await driver.close();
});

async function startProof(taskQueue: string): Promise<typeof handle> {
  const source = { kind: 'simulate', records: null, ratePerSecond: 10 };
  const workflowId = `pipeline/${ranges.name}`;
  const request = { input: { source }, workflowId, run: ranges.run, startedAt: new Date().toISOString() };
  const plan = parseInput({ io: taskQueue, lanes: taskQueue, host: taskQueue }, request);
  const begin = { raw: { 0: '0' }, enriched: { 0: '0' }, windows: { 0: '0' }, deadLetter: { 0: '0' } };
  const prepared = { start: begin, end: begin };
  const prove = { everyMs: EVERY_MS, again: AGAIN };
  return await driver.temporal.workflow.start<typeof proveRanges>('proveRanges', {
    ...{ taskQueue, workflowId: `${workflowId}/proof`, workflowExecutionTimeout: '20 minutes' },
    args: [{ plan: { ...plan, prove }, prepared: { ...prepared, rawRetentionMs: null } }],
  });
}

async function progress(): Promise<RangesProgress> {
  return await handle.query<RangesProgress>('progress');
}

/** Writes what belongs to a range with one reading, and waits until it is proven. */
async function proveRange(number: number): Promise<void> {
  await ranges.pass([{ id: `reading-${number}`, atMs: Date.now() }]);
  await until(`range ${number} is proven`, async () => (await progress()).latest.at(-1)?.number === number);
}

/** Alters the document of a range by hand, and mends it when it is named. @returns the periods that this took */
async function periodsUntilNamed(number: number): Promise<number> {
  const place = { index: ranges.aliases.readings, id: `reading-${number}` };
  const { _source: document = {} } = await driver.elasticsearch.get<object>(place);
  const before = periods;
  await driver.elasticsearch.index({ ...place, document: { ...document, temperature: 99 }, refresh: true });
  const named = `range ${number} is not reconciled: 1 × indexed with other content`;
  await until(`range ${number} is named`, async () => (await progress()).attention[0]?.reason === named);
  const taken = periods - before;
  await driver.elasticsearch.index({ ...place, document, refresh: true });
  await until(`range ${number} is reconciled again`, async () => (await progress()).unproven === 0);
  return taken;
}

describe('proveRanges on real servers', () => {
  it('names a document that is altered in one of the last ranges within two periods, and in an earlier one within the turn that it tells', async () => {
    for (let number = 1; number <= RANGES; number++) await proveRange(number);
    const { earlier } = await progress();
    expect(earlier).toMatchObject({ first: 1, last: RANGES - AGAIN, turnMs: (RANGES - AGAIN) * EVERY_MS });
    expect(await periodsUntilNamed(RANGES)).toBeLessThanOrEqual(2);
    for (const number of [1, 2]) {
      // The period in which it is altered may have looked at it already.
      expect(await periodsUntilNamed(number)).toBeLessThanOrEqual((earlier?.turnMs ?? 0) / EVERY_MS + 1);
    }
  });
});
