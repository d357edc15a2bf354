import { setTimeout as sleep } from 'node:timers/promises';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { OutgoingRecord } from '../../../activities/kafka';
import { groupCpuMs } from '../process-cost';
import { PARTS, type IdleCost } from './live-cost';
import { PARTITIONS, type LiveServers } from './live-servers';
import { searchableAtMs } from './searchable-probe';
import { stackUsage } from './stack-usage';

const NAME = 'idle';
const TOPIC = 'bench.idle';
const MAX_MESSAGE_BYTES = 1_048_576;
/** After the last reading before the silence, what it has caused ends. */
const SETTLING_MS = 15_000;

/** Lets a pipeline follow a topic that is silent after its first readings, measures it, and publishes one more. */
export async function idleRunCost(servers: LiveServers, silentMs: number): Promise<IdleCost> {
  const { stack, kafka, elasticsearch } = servers;
  const { readings: alias } = aliasesOf(NAME);
  await kafka.prepareTopics([{ topic: TOPIC, partitions: PARTITIONS, maxMessageBytes: MAX_MESSAGE_BYTES }]);
  const handle = await servers.startPipeline(NAME, { source: { kind: 'topic', topic: TOPIC, follow: true } });
  await kafka.publish(TOPIC, Array.from({ length: PARTITIONS }, reading));
  await searchableAtMs(elasticsearch, alias, PARTITIONS);
  await sleep(SETTLING_MS);
  const workerCpuMs = (): number => groupCpuMs(stack.pidOf('worker'));
  const usage = await stackUsage(stack, { pipeline: NAME, workerCpuMs }, sleep(silentMs));
  // A retried request to the new topic may have written records twice.
  const { count } = await elasticsearch.count({ index: alias });
  const publishedMs = Date.now();
  await kafka.publish(TOPIC, [reading()]);
  const wakeUpMs = (await searchableAtMs(elasticsearch, alias, count + 1)) - publishedMs;
  await handle.executeUpdate('stop', { args: [{ drain: false }] });
  await handle.result();
  const cores = Object.fromEntries(PARTS.map((part) => [part, usage.cpuMs[part] / usage.elapsedMs]));
  return { cores: cores as IdleCost['cores'], actionsPerHour: usage.actionsPerHour, wakeUpMs };
}

/** Records without a key are distributed over the partitions. */
function reading(): OutgoingRecord {
  const value = {
    deviceId: 'device-0000',
    timestamp: new Date().toISOString(),
    temperature: 20,
    humidity: 50,
    text: '',
  };
  return { key: null, value: JSON.stringify(value), headers: {} };
}
