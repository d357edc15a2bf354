import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { OutgoingRecord } from '../../activities/kafka';
import { stackAddresses, temporalProgram } from '../stack';
import { PipelineDriver, until } from './pipeline-driver';

const PROJECT = join(__dirname, '..', '..');
const run = promisify(execFile);

/** Every `temporal` command that stands in a code block of the README, continued lines put together. */
const COMMANDS = [...readFileSync(join(PROJECT, 'README.md'), 'utf8').matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
  .flatMap(([, , block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
  .filter((line) => line.startsWith('temporal '));

let driver: PipelineDriver;
const typed = new Set<string>();
beforeAll(async () => {
  driver = await PipelineDriver.open();
  // The queue that the README names.
  await driver.startWorker({ PIPELINE_TASK_QUEUE: 'pipeline' });
}, 120_000);
afterAll(async () => {
  await driver.close();
}, 60_000);

/** Types the README's command that holds all of `words`, and `more` at its end. */
async function type(words: string, more = ''): Promise<string> {
  const command = COMMANDS.find((line) => words.split(' ').every((word) => line.includes(word)));
  if (command === undefined) throw new Error(`expected the README to hold a command with the words: ${words}`);
  typed.add(command);
  const PATH = `${dirname(temporalProgram())}:${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH, TEMPORAL_ADDRESS: stackAddresses().temporal };
  const { stdout } = await run('sh', ['-c', `${command} ${more}`], { cwd: PROJECT, env });
  return stdout;
}

async function status(workflowId: string): Promise<string> {
  return (await driver.temporal.workflow.getHandle(workflowId).describe()).status.name;
}

describe('the commands of the README', () => {
  it('start a pipeline without input beside the demo, show its progress and cancel it', async () => {
    const demo = await driver.temporal.workflow.start('streamingPipeline', {
      taskQueue: 'pipeline',
      workflowId: 'pipeline/demo',
      args: [{ source: { kind: 'simulate', ratePerSecond: 5 } }],
    });
    await type('start --workflow-id pipeline/mine');
    await until('the query shows readings', async () =>
      /"produced": ?[1-9]/.test(await type('query pipeline/mine').catch(String)),
    );
    expect(await status('pipeline/demo')).toBe('RUNNING');
    await type('cancel pipeline/mine');
    await until('it is cancelled', async () => (await status('pipeline/mine')) === 'CANCELLED');
    expect(await status('pipeline/demo')).toBe('RUNNING');
    await demo.cancel();
    await expect(demo.result()).rejects.toThrow();
  }, 300_000);

  it('give the report of a run, and prove it again', async () => {
    await type('start --workflow-id pipeline/mine', `--input '{"source":{"kind":"simulate","records":300}}'`);
    expect(await type('workflow result pipeline/mine')).toMatch(/"reconciled": ?true/);
    await type('start reconcile/mine/again');
    expect(await type('workflow result reconcile/mine/again')).toMatch(/"published": ?300/);
  }, 600_000);

  it("carry people's own topic", async () => {
    const topic = 'plant.readings';
    await driver.kafka.prepareTopics([{ topic, partitions: 2, maxMessageBytes: 1_048_588 }]);
    const records = ['a', 'b', 'c'].map((key): OutgoingRecord => {
      const value = JSON.stringify({ key, sensor: 's1', at: '2026-05-01T10:00:30Z', temp: 70 });
      return { key, value, headers: {} };
    });
    await driver.kafka.publish(topic, records);
    await type('start --workflow-id pipeline/plant');
    const report: unknown = await driver.temporal.workflow.getHandle('pipeline/plant').result();
    expect(report).toMatchObject({ reconciled: true, proof: { published: 3, indexed: 3 } });
  }, 600_000);

  it('are all typed here', () => {
    expect(COMMANDS.filter((command) => !typed.has(command))).toEqual([]);
  });
});
