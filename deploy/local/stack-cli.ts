import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Config, loadConfig } from '../../workers/config';
import { runChecks } from './doctor';
import { stateFolder } from './folders';
import { exitWith, listenForShutdown } from './shutdown';
import { type Stack, startStack } from './stack';
import { StackError } from './stack-error';
import { printEvent } from './stack-event';
import { refuseSecondLauncher, resetState } from './state-folder';
import { describeStatus, stackStatus } from './status';

const USAGE = 'Usage: stack-cli doctor | up | status | reset [--yes]';

/** @returns the exit status */
async function main([command, ...flags]: readonly string[]): Promise<number> {
  const config = loadConfig();
  if (command === 'doctor' && flags.length === 0) return doctor(config);
  if (command === 'up' && flags.length === 0) return up(config);
  if (command === 'status' && flags.length === 0) return status(config);
  if (command === 'reset' && flags.every((flag) => flag === '--yes')) return reset(config, flags.length > 0);
  console.error(USAGE);
  return 2;
}

async function doctor(config: Config): Promise<number> {
  const results = await runChecks(config);
  const problems = results.flatMap((result) => ('problem' in result ? `- ${result.problem}` : []));
  if (problems.length > 0) {
    console.error([`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`, ...problems].join('\n'));
    return 1;
  }
  console.log([...results.flatMap((result) => ('ok' in result ? result.ok : [])), 'Nothing is missing.'].join('\n'));
  return 0;
}

/** Keeps servers, worker and page running until a shutdown signal. */
async function up(config: Config): Promise<number> {
  const { received, ...signals } = listenForShutdown();
  const stack = await startStack({ config, environment: process.env, onEvent: printEvent, ...signals });
  try {
    await stack.ready;
    console.log(describeAddresses(stack));
    await received;
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
  await resetState(folder, printEvent);
  console.log(`${folder} is empty.`);
  return 0;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new StackError('There is no terminal to ask on: pass `--yes` to delete without confirmation.');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function describeAddresses({ addresses, stateFolder: state }: Stack): string {
  const { page, temporal, temporalUi, kafkaBrokers, elasticsearchNode } = addresses;
  return [
    '',
    `  Page of charts  ${page}`,
    `  Temporal        ${temporal}`,
    ...(temporalUi === undefined ? [] : [`  Temporal Web UI ${temporalUi}`]),
    `  Kafka           ${kafkaBrokers.join(',')}`,
    `  Elasticsearch   ${elasticsearchNode}`,
    `  State and logs  ${state}`,
    '',
    'Ctrl-C stops the worker and the servers; their data is kept.',
  ].join('\n');
}

void exitWith(main(process.argv.slice(2)));
