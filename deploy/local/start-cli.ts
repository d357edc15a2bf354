import { writeFileSync } from 'node:fs';
import { Listr } from 'listr2';
import { ConfigError, type Config, loadConfig } from '../../workers/config';
import { progressLine, reportText } from '../../workers/report-text';
import { PipelineFailed, startPipeline, type PipelineRun } from '../../workers/start-pipeline';
import { bringUp, type RunningPipeline } from './bring-up';
import { Interrupted, listenForInterruption } from './interruption';
import { describeEvent } from './stack-event';
import { StackError } from './stack-error';
import { parseStartOptions, type StartOptions } from './start-options';
import { closingLinks, sameCommand } from './start-links';

interface Progress {
  pipeline?: RunningPipeline;
  run?: PipelineRun;
}

/** Servers, worker and one pipeline, from a bare machine to the proof. */
async function main(): Promise<number> {
  const options = parseStartOptions(process.argv.slice(2));
  const config = loadConfig();
  const interruption = listenForInterruption();
  const progress: Progress = {};
  try {
    await tasks(config, options, interruption, progress).run();
    const { pipeline, run } = progress;
    if (pipeline === undefined || run === undefined) return 1;
    tellRun(run, options);
    console.log(await closingLinks({ ...pipeline.addresses, page: pipeline.page, run, name: options.name }));
    if (options.exit) return run.report?.reconciled === true ? 0 : 1;
    console.log('\nCtrl-C stops the worker and the servers; what they hold stays.');
    await Promise.race([interruption.received, pipeline.died]);
    return 0;
  } finally {
    await progress.pipeline?.stop();
  }
}

function tasks(
  config: Config,
  options: StartOptions,
  { signal, hurry }: ReturnType<typeof listenForInterruption>,
  progress: Progress,
): Listr {
  return new Listr(
    [
      {
        title: 'Servers and worker',
        task: async (_, task) => {
          const onEvent = (event: Parameters<typeof describeEvent>[0]): void => {
            task.output = describeEvent(event);
          };
          progress.pipeline = await bringUp({ config, environment: process.env, onEvent, signal, hurry });
        },
      },
      {
        title: `Pipeline ${options.name}`,
        task: async (_, task) => {
          const { pipeline } = progress;
          if (pipeline === undefined) return;
          let shown = '';
          const onProgress = (seen: Parameters<typeof progressLine>[0]): void => {
            const line = progressLine(seen);
            if (line !== shown) task.output = shown = line;
          };
          const interrupted = new Promise<never>((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              reject(signal.reason as Error);
            });
          });
          const address = { ...config, TEMPORAL_ADDRESS: pipeline.addresses.temporal };
          const run = startPipeline(address, { name: options.name, input: options.input, onProgress });
          progress.run = await Promise.race([run, interrupted, pipeline.died]);
        },
      },
    ],
    { rendererOptions: { collapseSubtasks: false }, registerSignalListeners: false },
  );
}

function tellRun({ report }: PipelineRun, options: StartOptions): void {
  if (report !== null) {
    console.log(`\n${reportText(report)}`);
    if (options.reportFile !== undefined) {
      writeFileSync(options.reportFile, `${JSON.stringify(report, null, 2)}\n`);
    }
  }
  console.log(`\nThe same by hand:\n  ${sameCommand(options)}`);
}

/** The first Ctrl-C is an answer too, with the exit status that shells expect. */
function exitStatusOf(error: unknown): number {
  if (error instanceof Interrupted) return 130;
  const clear = [StackError, ConfigError, PipelineFailed].some((kind) => error instanceof kind);
  console.error(clear && error instanceof Error ? error.message : error);
  return 1;
}

void main()
  .catch(exitStatusOf)
  .then((code) => process.exit(code));
