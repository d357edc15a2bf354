import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { ConfigError, type Config, loadConfig } from '../../workers/config';
import { bringUp, type RunningPipeline } from './bring-up';
import { stateFolder } from './folders';
import { Interrupted, listenForInterruption } from './interruption';
import { refuseSecondLauncher } from './launcher-lock';
import { resetState } from './reset';
import { StackError } from './stack-error';
import { describeEvent, type StackEvent } from './stack-event';
import { describeStatus, stackStatus } from './status';

const USAGE = 'Usage: stack-cli up | status | reset [--yes]';

/** @returns the exit status */
async function main([command, ...flags]: readonly string[]): Promise<number> {
  const config = loadConfig();
  if (command === 'up' && flags.length === 0) return up(config);
  if (command === 'status' && flags.length === 0) return status(config);
  if (command === 'reset' && flags.every((flag) => flag === '--yes')) return reset(config, flags.length > 0);
  console.error(USAGE);
  return 2;
}

/** Starts servers and worker, and stays until it is told to stop or a server ends. */
async function up(config: Config): Promise<number> {
  const { signal, hurry, received } = listenForInterruption();
  const stack = await bringUp({ config, environment: process.env, onEvent: tell, signal, hurry });
  console.log(describeAddresses(stack));
  try {
    await Promise.race([received, stack.died]);
    return 0;
  } finally {
    await stack.stop();
  }
}

async function status(config: Config): Promise<number> {
  const parts = await stackStatus(config);
  console.log(describeStatus(parts));
  return parts.every(({ problem }) => problem === undefined) ? 0 : 1;
}

async function reset(config: Config, confirmed: boolean): Promise<number> {
  const folder = stateFolder(config);
  if (!existsSync(folder)) {
    console.log(`There is no ${folder}: nothing to delete.`);
    return 0;
  }
  refuseSecondLauncher(folder);
  if (!confirmed && !(await confirm(`Delete all topics, indices, workflows and checkpoints in ${folder}?`))) {
    console.log('Nothing was deleted.');
    return 1;
  }
  await resetState(folder, tell);
  console.log(`${folder} is empty.`);
  return 0;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new StackError('There is nobody to ask: say `--yes` to delete without a question.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function tell(event: StackEvent): void {
  console.log(describeEvent(event));
}

function describeAddresses({ addresses, page, stateFolder: state }: RunningPipeline): string {
  const { temporal, temporalUi, kafkaBrokers, elasticsearchNode } = addresses;
  return [
    '',
    `  Page of charts  ${page}`,
    `  Temporal        ${temporal}`,
    ...(temporalUi === undefined ? [] : [`  Temporal Web UI ${temporalUi}`]),
    `  Kafka           ${kafkaBrokers.join(',')}`,
    `  Elasticsearch   ${elasticsearchNode}`,
    `  State and logs  ${state}`,
    '',
    'Ctrl-C stops the worker and the servers; what they hold stays.',
  ].join('\n');
}

/** The first Ctrl-C before anything ran is an answer too, with the exit status that shells expect. */
function exitStatusOf(error: unknown): number {
  if (error instanceof Interrupted) return 130;
  const clear = error instanceof StackError || error instanceof ConfigError;
  console.error(clear ? error.message : error);
  return 1;
}

void main(process.argv.slice(2))
  .catch(exitStatusOf)
  .then((code) => process.exit(code));
