import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { Kafka, logLevel } from 'kafkajs';
import type { RunReport } from '../../activities/contracts/report';
import { failureOf } from '../support/failure-of';
import { startInProcessWorker } from '../support/in-process-worker';
import { PipelineDriver } from '../support/pipeline-driver';
import { stackAddresses } from '../support/stack';
import { fuzzInput, type FuzzInput } from './fuzz-input';
import { isWhole, seed, seedText, SEED_VARIABLE } from './fuzz-seed';
import { watchRun } from './watched-run';

const PIPELINES = 30;
/** Two cores are busy with two drivers. */
const AT_ONCE = 2;

let driver: PipelineDriver;
let folder: string;
beforeAll(async () => {
  if (!isWhole) return;
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  driver = await PipelineDriver.open();
  await startInProcessWorker(driver);
}, 300_000);
afterAll(async () => {
  if (!isWhole) return;
  await driver.close();
  await rm(folder, { recursive: true });
});

async function placeOf({ kind, number, file, records }: FuzzInput): Promise<object> {
  if (kind === 'file') {
    const path = join(folder, String(number));
    await writeFile(path, file);
    return { kind, path };
  }
  const topic = driver.newName('Fuzz.Readings');
  await driver.kafka.prepareTopics([{ topic, partitions: 2, maxMessageBytes: 1_048_588 }]);
  const producer = new Kafka({ brokers: [...stackAddresses().kafkaBrokers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const messages = records.map(({ key, value, headers, publishedMs }) => ({
    key,
    value,
    // The client cannot send a header without a value.
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, header ?? ''])),
    ...(publishedMs === undefined ? {} : { timestamp: String(publishedMs) }),
  }));
  if (messages.length > 0) await producer.send({ topic, messages });
  await producer.disconnect();
  return { kind, topic };
}

/** @returns one line on how the run ended */
async function endOf(input: FuzzInput): Promise<string> {
  const source = { ...input.source, ...(await placeOf(input)) };
  const spark = { driverMemoryMb: 512 };
  const handle = await driver.start(driver.newName('fuzz'), { ...input.settings, source, partitions: 1, spark });
  const attention = await watchRun(handle);
  if (attention !== null) return attention;
  const report = await handle.result().catch(() => null);
  if (report !== null) return reportLine(report);
  const failure = await failureOf(handle.result());
  return failure instanceof ApplicationFailure ? String(failure.type) : `SURPRISE ${String(failure)}`;
}

function reportLine({ proof, deadLetterFlood }: RunReport): string {
  if (!proof.reconciled) return `NOT RECONCILED ${JSON.stringify(proof.discrepancies)}`;
  return `reconciled${deadLetterFlood === null ? '' : ' with a flood'}`;
}

(isWhole ? describe : describe.skip)(`pipelines of any input (${SEED_VARIABLE}='${seedText}' repeats them)`, () => {
  it('end in a report, a stated refusal or an attention within a minute of nothing moving', async () => {
    const waiting = Array.from({ length: PIPELINES }, (_, number) => fuzzInput(seed, number));
    const ends: string[] = [];
    const work = async (): Promise<void> => {
      for (let input = waiting.shift(); input !== undefined; input = waiting.shift()) {
        const end = await endOf(input);
        process.stderr.write(`${input.number} ${input.kind}: ${end}\n`);
        ends.push(end);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(ends.filter((end) => /^(SILENT|SURPRISE)/.test(end))).toEqual([]);
    const red = ends.filter((end) => end.startsWith('NOT RECONCILED'));
    expect(red.filter((end) => !end.includes('conflicting content under one id'))).toEqual([]);
  }, 3_600_000);
});
