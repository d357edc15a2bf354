import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Config, loadConfig } from '../../workers/config';
import { examine, wrongOf } from './doctor';
import { exitWith } from './exit-status';
import { stateFolder } from './folders';
import { listenForInterruption } from './interruption';
import { resetState } from './reset';
import { type Stack, startStack } from './stack';
import { StackError } from './stack-error';
import { printEvent } from './stack-event';
import { refuseSecondLauncher } from './state-lock';
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

/** Names everything that is missing, or says what was found. */
async function doctor(config: Config): Promise<number> {
  const findings = await examine(config);
  const wrong = wrongOf(findings).map((line) => `- ${line}`);
  const found = findings.flatMap((finding) => ('found' in finding ? finding.found : []));
  if (wrong.length === 0) console.log([...found, 'Nothing is missing.'].join('\n'));
  else
    console.error(
      [`${wrong.length} ${wrong.length === 1 ? 'thing is' : 'things are'} in the way:`, ...wrong].join('\n'),
    );
  return wrong.length === 0 ? 0 : 1;
}

/** Keeps servers, worker and page running until it is told to stop. */
async function up(config: Config): Promise<number> {
  const { signal, hurry, received } = listenForInterruption();
  const stack = await startStack({ config, environment: process.env, onEvent: printEvent, signal, hurry });
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
  if (!process.stdin.isTTY) throw new StackError('There is nobody to ask: say `--yes` to delete without a question.');
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
    'Ctrl-C stops the worker and the servers; what they hold stays.',
  ].join('\n');
}

void exitWith(main(process.argv.slice(2)));
