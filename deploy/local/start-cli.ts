import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from '../../workers/config';
import { jsonArgument } from '../../workers/json-argument';
import { progressLine, reportText } from '../../workers/report-text';
import { type PipelineRun, startPipeline } from '../../workers/start-pipeline';
import { temporalCliOptions } from '../../workers/temporal-connection';
import { exitStatus } from './exit-status';
import { printFileAccount } from './file-account';
import { inputOf, sourceTopicOf } from './input-option';
import { securedConfig } from './security/stack-security';
import { exitWith, listenForShutdown, rejectOnAbort } from './shutdown';
import { type StackAddresses, startStack } from './stack';
import { parseArguments } from './parse-arguments';
import { printEvent } from './stack-event';

const LINK_TIMEOUT_MS = 5_000;

const USAGE = `Usage: npm start -- [options]

  --name NAME          name of the pipeline; its workflow id is pipeline/NAME (demo)
  --input JSON         input of the workflow
  --input-file FILE    the same, from a file
  --secure             with servers that ask for certificates and passwords, in a state folder of their own
  --report FILE        write the report to a file, as JSON
  --exit               stop everything after the run; the exit status is 0 if it reconciles, 1 if not, and 3 if it
                       reconciles but has more dead letters than maxDeadLetterRatio, or no record has a value`;

const OPTIONS = {
  name: { type: 'string', default: 'demo' },
  input: { type: 'string' },
  'input-file': { type: 'string' },
  secure: { type: 'boolean', default: false },
  report: { type: 'string' },
  exit: { type: 'boolean', default: false },
} as const;

/** `input` is undefined for the defaults of the workflow. */
type StartOptions = ReturnType<typeof parseOptions>;

/** Starts the stack and runs one pipeline to its report. @returns the exit status */
async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  const config = options.secure ? securedConfig(process.env) : loadConfig();
  const shutdown = listenForShutdown();
  const securedFor = options.secure ? [{ name: options.name, ...sourceTopicOf(options.input) }] : undefined;
  const stack = await startStack({ config, securedFor, environment: process.env, onEvent: printEvent, ...shutdown });
  const { clients } = stack;
  try {
    await Promise.race([stack.ready, stack.crashLoop]);
    await Promise.race([printFileAccount(clients, options.input), rejectOnAbort(shutdown.signal)]);
    const run = await Promise.race([runPipeline(clients, options), rejectOnAbort(shutdown.signal)]);
    printRun(clients, run, options);
    console.log(await workingLinks(clients, stack.addresses, run, options.name));
    if (options.exit) return exitStatus(run.report);
    console.log('\nCtrl-C stops the worker and the servers; their data is kept.');
    await shutdown.received;
    return 0;
  } finally {
    await stack.stop();
  }
}

/** @throws {@link StackError} when an option is unknown, or the input is not JSON */
function parseOptions(args: string[]) {
  const {
    name,
    secure,
    report: reportFile,
    exit,
    ...given
  } = parseArguments(() => parseArgs({ args, options: OPTIONS }).values, USAGE);
  return { name, secure, input: inputOf(given, USAGE), reportFile, exit };
}

/** Prints a line whenever the progress has changed. */
async function runPipeline(config: Config, { name, input }: StartOptions): Promise<PipelineRun> {
  let printed = '';
  const onProgress = (progress: Parameters<typeof progressLine>[0]): void => {
    const line = progressLine(progress);
    if (line !== printed) console.log(`${name}: ${line}`);
    printed = line;
  };
  return startPipeline(config, { name, input, onProgress });
}

function printRun(config: Config, { report }: PipelineRun, { name, input, reportFile }: StartOptions): void {
  if (report !== null) {
    console.log(`\n${reportText(report)}`);
    if (reportFile !== undefined) writeFileSync(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  }
  const argument = input === undefined ? '' : ` --input ${jsonArgument(input)}`;
  const command = `temporal workflow start${temporalCliOptions(config)} --type streamingPipeline --task-queue ${config.PIPELINE_TASK_QUEUE}`;
  console.log(`\nThe same with the Temporal CLI:\n  ${command} --workflow-id pipeline/${name}${argument}`);
}

/** Lists links to the results, without those that do not answer; the page does, and may ask for a password first. */
async function workingLinks(
  { TEMPORAL_NAMESPACE: namespace }: Config,
  { temporalUi, elasticsearchNode, page }: StackAddresses,
  run: PipelineRun,
  name: string,
): Promise<string> {
  const workflow = `/namespaces/${namespace}/workflows/${encodeURIComponent(run.workflowId)}/${run.runId}/history`;
  const index = `${elasticsearchNode}/pipeline.${name}`;
  const links = {
    'charts of what is indexed': `${page}?pipeline=${name}`,
    ...(temporalUi !== undefined && { 'the run in the Temporal Web UI': `${temporalUi}${workflow}` }),
    'the newest readings': `${index}.readings/_search?pretty&size=5&sort=timestamp:desc`,
    'dead letters with their reasons': `${index}.dead-letters/_search?pretty&size=5`,
    'reports of all runs': `${index}.runs/_search?pretty&sort=startedAt:desc`,
  };
  const lines = Object.entries(links).map(async ([what, link]) => {
    return link.startsWith(page) || (await isReachable(link)) ? [`  ${what}\n    ${link}`] : [];
  });
  return ['', 'Results:', ...(await Promise.all(lines)).flat()].join('\n');
}

async function isReachable(link: string): Promise<boolean> {
  const response = await fetch(link, { signal: AbortSignal.timeout(LINK_TIMEOUT_MS) }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok === true;
}

void exitWith(main());
