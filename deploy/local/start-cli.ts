import { writeFileSync } from 'node:fs';
import { type Config, loadConfig } from '../../workers/config';
import { progressLine, reportText } from '../../workers/report-text';
import { startPipeline, type PipelineRun } from '../../workers/start-pipeline';
import { listenForInterruption, rejectOnAbort } from './interruption';
import { exitWith } from './exit-status';
import { startStack } from './stack';
import { printEvent } from './stack-event';
import { closingLinks, sameCommand } from './start-links';
import { parseStartOptions, type StartOptions } from './start-options';

/** Servers, worker and one pipeline, from a bare machine to the proof. @returns the exit status */
async function main(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2));
  const config = loadConfig();
  const interruption = listenForInterruption();
  const stack = await startStack({ config, environment: process.env, onEvent: printEvent, ...interruption });
  try {
    await Promise.race([stack.ready, stack.crashLoop]);
    const run = await Promise.race([runPipeline(config, options), rejectOnAbort(interruption.signal)]);
    printRun(run, options);
    console.log(await closingLinks(stack.addresses, run, options.name));
    if (options.exit) return run.report?.reconciled === true ? 0 : 1;
    console.log('\nCtrl-C stops the worker and the servers; what they hold stays.');
    await interruption.received;
    return 0;
  } finally {
    await stack.stop();
  }
}

/** Prints a line whenever the progress has changed. */
async function runPipeline(config: Config, { name, input }: StartOptions): Promise<PipelineRun> {
  let shown = '';
  const onProgress = (progress: Parameters<typeof progressLine>[0]): void => {
    const line = progressLine(progress);
    if (line !== shown) console.log(`${name}: ${line}`);
    shown = line;
  };
  return startPipeline(config, { name, input, onProgress });
}

function printRun({ report }: PipelineRun, options: StartOptions): void {
  if (report !== null) {
    console.log(`\n${reportText(report)}`);
    if (options.reportFile !== undefined) {
      writeFileSync(options.reportFile, `${JSON.stringify(report, null, 2)}\n`);
    }
  }
  console.log(`\nThe same by hand:\n  ${sameCommand(options)}`);
}

void exitWith(main());
