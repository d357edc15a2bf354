import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../../workers/config';
import { runChecks } from './doctor';
import { stateFolder } from './folders';
import { connectedAs, existingSecurity, securedConfig } from './security/stack-security';
import { serversDoctor } from './servers-doctor';
import { exitWith, listenForShutdown } from './shutdown';
import { type Stack, startStack } from './stack';
import { parseArguments } from './parse-arguments';
import { StackError } from './stack-error';
import { printEvent } from './stack-event';
import { refuseSecondLauncher, resetState } from './state-folder';
import { describeStatus, stackStatus } from './status';

const USAGE = `Usage: stack-cli (doctor [--servers [NAME …]] | up | status | reset [--yes]) [--secure]
       stack-cli up --secure [--name NAME …]`;
/** The pipeline that `npm start` runs by default. */
const DEFAULT_NAME = 'demo';

interface Options {
  readonly secure: boolean;
  /** Only for `up --secure`. */
  readonly name?: string[] | undefined;
  /** Only for `doctor`. */
  readonly servers: boolean;
  /** The pipelines whose rights `doctor --servers` checks. */
  readonly pipelines: readonly string[];
  /** Only for `reset`. */
  readonly yes: boolean;
}

const COMMANDS: Readonly<Record<string, (config: Config, options: Options) => Promise<number>>> = {
  doctor: (config, { secure, servers, pipelines }) =>
    servers ? serversDoctor(secure ? asWorker(config) : config, pipelines) : doctor(config, secure),
  up: (config, { secure, name = [DEFAULT_NAME] }) => up(config, secure ? name : undefined),
  status: (config, { secure }) => status(config, secure),
  reset: (config, { yes }) => reset(config, yes),
};

/** @returns the exit status */
async function main(args: string[]): Promise<number> {
  const { positionals, values } = parse(args);
  const [name = '', ...pipelines] = positionals;
  const command = COMMANDS[name];
  if (command === undefined || isMisused(name, { ...values, pipelines })) {
    console.error(USAGE);
    return 2;
  }
  return command(values.secure ? securedConfig(process.env) : loadConfig(), { ...values, pipelines });
}

/** Whether an option does not belong to a command. */
function isMisused(command: string, { secure, servers, name, pipelines, yes }: Options): boolean {
  if (servers ? command !== 'doctor' : pipelines.length > 0) return true;
  return (yes && command !== 'reset') || (name !== undefined && !(command === 'up' && secure));
}

/** Returns the settings of the worker of the secured stack, which an earlier start has made. */
function asWorker(config: Config): Config {
  return connectedAs(config, existingSecurity(config).variables('worker'));
}

/** @throws {@link StackError} when an option is unknown */
function parse(args: string[]) {
  const options = {
    secure: { type: 'boolean', default: false },
    servers: { type: 'boolean', default: false },
    name: { type: 'string', multiple: true },
    yes: { type: 'boolean', default: false },
  } as const;
  return parseArguments(() => parseArgs({ args, allowPositionals: true, options }), USAGE);
}

async function doctor(config: Config, isSecure: boolean): Promise<number> {
  const results = await runChecks(config, { isSecure });
  const problems = results.flatMap((result) => ('problem' in result ? `- ${result.problem}` : []));
  if (problems.length > 0) {
    console.error([`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`, ...problems].join('\n'));
    return 1;
  }
  console.log([...results.flatMap((result) => ('ok' in result ? result.ok : [])), 'Nothing is missing.'].join('\n'));
  return 0;
}

/**
 * Keeps servers, worker and page running until a shutdown signal.
 *
 * @param names - of the pipelines for which a secured stack gives rights; undefined for a plain one
 */
async function up(config: Config, names: readonly string[] | undefined): Promise<number> {
  const { received, ...signals } = listenForShutdown();
  const securedFor = names?.map((name) => ({ name }));
  const stack = await startStack({ config, securedFor, environment: process.env, onEvent: printEvent, ...signals });
  try {
    await stack.ready;
    console.log(describeAddresses(stack));
    await received;
    return 0;
  } finally {
    await stack.stop();
  }
}

async function status(config: Config, isSecure: boolean): Promise<number> {
  const clients = isSecure ? connectedAs(config, existingSecurity(config).variables('admin')) : config;
  const parts = await stackStatus(config, clients);
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

function describeAddresses({ addresses, security, stateFolder: state }: Stack): string {
  const { page, temporal, temporalUi, kafkaBrokers, elasticsearchNode } = addresses;
  return [
    '',
    `  Page of charts  ${page}`,
    `  Temporal        ${temporal}`,
    ...(temporalUi === undefined ? [] : [`  Temporal Web UI ${temporalUi}`]),
    `  Kafka           ${kafkaBrokers.join(',')}`,
    `  Elasticsearch   ${elasticsearchNode}`,
    `  State and logs  ${state}`,
    ...(security === undefined ? [] : [`  To connect      set -a; . ${security.variablesFile}; set +a`]),
    '',
    'Ctrl-C stops the worker and the servers; their data is kept.',
  ].join('\n');
}

void exitWith(main(process.argv.slice(2)));
