import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../../activities/contracts/report';
import { PipelineDriver } from '../support/pipeline-driver';
import { PROJECT } from '../support/program';
import { SECURE_PIPELINES, type SecureStack, secureStack } from '../support/secure-stack';
import { until } from '../support/until';

const [, , NAME] = SECURE_PIPELINES;
const READINGS = 5_000;
/** As the demo, but fewer. */
const DEMO = { source: { kind: 'simulate', records: READINGS } };
const EXAMPLES = join(PROJECT, 'deploy', 'examples');

let stack: SecureStack;
let driver: PipelineDriver;
beforeAll(async () => {
  stack = await secureStack();
  driver = await PipelineDriver.open(stack.workerEnvironment, stack.clients.admin);
  await driver.startWorker();
}, 600_000);
afterAll(async () => {
  await driver.close();
});

/** Process ids of the Spark drivers of the pipeline, of every start so far. */
function sparkDrivers(): number[] {
  const runs = join(stack.stateFolder, 'spark', 'runs', NAME);
  try {
    const files = readdirSync(runs, { recursive: true, encoding: 'utf8' });
    const records = files.filter((file) => file.endsWith('driver.json'));
    return records.map((file) => (JSON.parse(readFileSync(join(runs, file), 'utf8')) as { pid: number }).pid);
  } catch {
    return [];
  }
}

async function expectIndexed({ proof, aliases, run }: RunReport): Promise<void> {
  expect(await driver.count(aliases.readings, run)).toBe(proof.indexed);
  expect(await driver.count(aliases.deadLetters, run)).toBe(proof.deadLetters);
}

describe('a pipeline on protected servers with the least rights', () => {
  it('reads the export of a logger, reconciled', async () => {
    const { source, window } = JSON.parse(readFileSync(join(EXAMPLES, 'file-export.json'), 'utf8')) as {
      source: object;
      window: string;
    };
    const report = await driver.run(NAME, { source: { ...source, path: join(EXAMPLES, 'export.csv') }, window });
    expect(report.proof).toMatchObject({ reconciled: true, planned: 7, indexed: 5, absent: 1, deadLetters: 1 });
    await expectIndexed(report);
  }, 900_000);

  it('ends the demo reconciled though its Spark driver is killed', async () => {
    const earlier = sparkDrivers();
    const run = await driver.start(NAME, DEMO);
    await until('Spark has a driver for the run', () => sparkDrivers().some((pid) => !earlier.includes(pid)));
    for (const pid of sparkDrivers()) if (!earlier.includes(pid)) process.kill(pid, 'SIGKILL');
    const report = await run.result();
    if (report === null) throw new Error('expected a report, since the source is bounded');
    expect(report.proof).toMatchObject({ reconciled: true, planned: READINGS, published: READINGS, foreign: 0 });
    expect(report.sparkStarts).toBeGreaterThanOrEqual(2);
    await expectIndexed(report);
  }, 900_000);
});
