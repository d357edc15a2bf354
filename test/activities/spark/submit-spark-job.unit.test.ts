import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { UNPROTECTED } from '../../../activities/kafka';
import type { PlannedSource } from '../../../activities/contracts/plan';
import { parseInput } from '../../../activities/preparation/parse-input';
import { checkpointFolder } from '../../../activities/spark/job-settings';
import { RunFolder } from '../../../activities/spark/run-folder';
import { submitSparkJob } from '../../../activities/spark/submit-spark-job';
import type { LostRecords, SparkHandle, SubmitSparkJobInput } from '../../../activities/spark/types';
import { until } from '../../support/until';

const plan = parseInput(
  { io: 'io', lanes: 'lanes', host: 'host' },
  { input: undefined, workflowId: 'pipeline/lost', run: 'run-1', startedAt: '2026-01-01T00:00:00Z' },
);

/** Without the warnings of the failures that are expected. */
const logger = new DefaultLogger('ERROR');

let sparkState: string;
let checkpoint: string;
beforeEach(async () => {
  sparkState = await mkdtemp(join(tmpdir(), 'submit-'));
  checkpoint = checkpointFolder(sparkState, plan);
  await mkdir(join(checkpoint, 'commits'), { recursive: true });
});
afterEach(async () => {
  await rm(sparkState, { recursive: true });
});

const SPARK = {
  jars: 'spark',
  jobJar: 'job.jar',
  bootstrap: '127.0.0.1:1',
  kafkaSecurity: () => UNPROTECTED,
  schemaRegistry: null,
  protectKeyFile: null,
};

function simulated(records: number | null): PlannedSource {
  return { ...plan.source, records } as PlannedSource;
}

/** Submits a driver that cannot be started. @returns the settings that were written for it */
async function submit(accepted: LostRecords['type'] | null): Promise<Record<string, unknown>> {
  const spark = { ...SPARK, sparkState, environment: { JAVA_HOME: '/no-such-java' } };
  const input: SubmitSparkJobInput = { plan, rawFrom: { 0: '7' }, trigger: 'available-now', start: 3, accepted };
  const submitted = new MockActivityEnvironment({}, { logger }).run(
    (given: SubmitSparkJobInput) => submitSparkJob(spark, given),
    input,
  );
  await expect(submitted).rejects.toMatchObject({ type: 'SparkFailed' });
  const settings = await readFile(join(sparkState, 'runs', 'lost', 'run-1', '3', 'settings.json'), 'utf8');
  return JSON.parse(settings) as Record<string, unknown>;
}

describe('the submission of a driver', () => {
  it('fails for a topic in Avro on a worker without a schema registry', async () => {
    const inAvro = { ...plan, rules: { ...plan.rules, valueFormat: 'avro' } } as const;
    const message = 'set SCHEMA_REGISTRY_URL in its environment, start it again and resume';
    const input: SubmitSparkJobInput = { plan: inAvro, rawFrom: 'earliest', trigger: 'processing-time', start: 0 };
    const submitted = new MockActivityEnvironment({}, { logger }).run(
      (given: SubmitSparkJobInput) => submitSparkJob({ ...SPARK, sparkState, environment: {} }, given),
      input,
    );
    await expect(submitted).rejects.toMatchObject({
      type: 'SparkFailed',
      message: expect.stringContaining(message) as string,
    });
  });

  it('fails on lost records and keeps its checkpoint unless an operator accepts something else', async () => {
    expect(await submit(null)).toMatchObject({ failOnDataLoss: true, startingOffsets: { 0: '7' } });
    expect(await submit('OffsetOutOfRange')).toMatchObject({ failOnDataLoss: false, startingOffsets: { 0: '7' } });
    expect(existsSync(checkpoint)).toBe(true);
  });

  it('moves the checkpoint of a recreated topic aside once, and starts at the beginning', async () => {
    expect(await submit('TopicRecreated')).toMatchObject({ failOnDataLoss: true, startingOffsets: 'earliest' });
    expect(existsSync(checkpoint)).toBe(false);
    // As if the driver had created its checkpoint before the activity was retried.
    await mkdir(checkpoint);
    await submit('TopicRecreated');
    expect(existsSync(checkpoint)).toBe(true);
    expect((await readdir(dirname(checkpoint))).filter((folder) => folder.includes('replaced'))).toHaveLength(1);
  });

  it.each([
    ['few simulated readings', simulated(1_000_000), true],
    ['readings without end', simulated(null), true],
    ['many simulated readings', simulated(2_000_000), false],
  ])('takes the compiler that suits %s, though the source still publishes', async (_, source, isSmall) => {
    const java = join(sparkState, 'jdk', 'bin', 'java');
    await mkdir(dirname(java), { recursive: true });
    await writeFile(java, '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
    const input = { plan: { ...plan, source }, rawFrom: { 0: '7' }, trigger: 'processing-time', start: 3 } as const;
    const { runFolder }: SparkHandle = await new MockActivityEnvironment({}, { logger }).run(
      (given: SubmitSparkJobInput) =>
        submitSparkJob({ ...SPARK, sparkState, environment: { JAVA_HOME: dirname(dirname(java)) } }, given),
      input,
    );
    const { logFile } = new RunFolder(runFolder);
    await until('the driver has printed its arguments', () => readFileSync(logFile, 'utf8').includes('--settings'));
    expect(readFileSync(logFile, 'utf8').includes('-XX:TieredStopAtLevel=1')).toBe(isSmall);
  });
});
