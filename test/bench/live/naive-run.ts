import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { processCpuMs } from '../process-cost';
import type { LoadCost } from './live-cost';
import { PARTITIONS, type LiveServers } from './live-servers';
import { costOfLoad, measureLoad, type Load } from './measured-load';
import type { NaiveLoopSettings } from './naive-loop';

const NAME = 'naive';
const TOPIC = 'bench.naive';
const MAX_MESSAGE_BYTES = 1_048_576;
const WARM_UP_MS = 30_000;

/** Runs the naive loop with the mapping and the refresh interval of a pipeline's index, and measures it once it is warm. */
export async function naiveRunCost(
  servers: LiveServers,
  options: Pick<Load, 'ratePerSecond' | 'measuredMs'>,
): Promise<LoadCost> {
  const { stack, kafka, elasticsearch } = servers;
  const aliases = aliasesOf(NAME);
  const { readings: alias } = aliases;
  await kafka.prepareTopics([{ topic: TOPIC, partitions: PARTITIONS, maxMessageBytes: MAX_MESSAGE_BYTES }]);
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
  const settings: NaiveLoopSettings = {
    ...{ broker: stack.kafka, elasticsearch: stack.elasticsearch, topic: TOPIC, alias },
    ratePerSecond: options.ratePerSecond,
  };
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', require.resolve('./naive-loop'), JSON.stringify(settings)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`expected the naive loop to run until it is killed, it ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  try {
    await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended]);
    await sleep(WARM_UP_MS);
    const { pid = 0 } = child;
    const load = { ...options, alias, pipeline: NAME, workerCpuMs: () => processCpuMs(pid) };
    const measured = await Promise.race([measureLoad(servers, load), ended]);
    return await costOfLoad(servers, load, measured);
  } finally {
    child.kill('SIGKILL');
  }
}
