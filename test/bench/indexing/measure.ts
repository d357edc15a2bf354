import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Client } from '@temporalio/client';
import { startWorker } from '../../support/worker-process';
import { groupCpuMs, processCpuMs, residentMb } from '../process-cost';
import type { BenchServers } from './bench-servers';
import type { Place } from './contenders';
import { SECURED, WITH_TEMPORAL, type Cost } from './cost';

type Work = Pick<Place, 'topic' | 'alias' | 'documents'>;

/** Starts a contender, measures it while it indexes the topic, and stops it. */
export async function measure(servers: BenchServers, contender: string, work: Work): Promise<Cost> {
  return contender === WITH_TEMPORAL || contender === SECURED
    ? await measureWorker(servers, work)
    : await measureScript(servers, contender, work);
}

async function measureScript(servers: BenchServers, contender: string, work: Work): Promise<Cost> {
  const { kafkaBrokers: brokers, elasticsearchNode: elasticsearch } = servers.stack;
  const place: Place = { brokers, elasticsearch, ...work };
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', require.resolve('./contenders'), contender, JSON.stringify(place)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${contender} ended with ${String(code)}`)),
  );
  ended.catch(() => undefined);
  const nextLine = (): Promise<unknown> => Promise.race([once(lines, 'line'), ended]);
  await nextLine();
  const cost = await costOf(servers, child.pid ?? 0, work, async () => {
    child.stdin.write('go\n');
    await nextLine();
  });
  child.stdin.write('end\n');
  await once(child, 'exit');
  return cost;
}

async function measureWorker(servers: BenchServers, work: Work): Promise<Cost> {
  const { temporal, kafka, workerEnvironment } = servers;
  const { topic, alias } = work;
  const taskQueue = `bench-${randomUUID()}`;
  const worker = await startWorker({ ...workerEnvironment, PIPELINE_TASK_QUEUE: taskQueue });
  const { start: next, end: until } = await kafka.offsets(topic);
  const workflowId = `bench/${randomUUID()}`;
  const cost = await costOf(servers, worker.pid, work, async () => {
    await temporal.workflow.execute('indexTopic', {
      taskQueue,
      workflowId,
      args: [
        {
          ...{ stream: 'readings', topic, alias, deadLetterTopic: null, laneTaskQueue: `${taskQueue}-lanes` },
          ...{ lanes: 1, isLive: false, next, until },
        },
      ],
    });
  });
  await worker.kill('SIGTERM');
  const historyEvents = await historyEventsOf(temporal, workflowId);
  return { ...cost, historyEvents };
}

/** Number of history events of a workflow, with all executions before its continue-as-new. */
async function historyEventsOf(temporal: Client, workflowId: string): Promise<number> {
  let events = 0;
  let runId: string | undefined;
  do {
    const handle = temporal.workflow.getHandle(workflowId, runId, { followRuns: false });
    const history = await handle.fetchHistory();
    const first = history.events?.[0]?.workflowExecutionStartedEventAttributes;
    events += history.events?.length ?? 0;
    runId = first?.continuedExecutionRunId ?? '';
  } while (runId !== '');
  return events;
}

async function costOf(
  { stack }: BenchServers,
  pid: number,
  { documents }: Work,
  work: () => Promise<void>,
): Promise<Cost> {
  const server = stack.pidOf('elasticsearch');
  const idleMb = residentMb(pid, 'now');
  const [clientBefore, serverBefore, startedMs] = [processCpuMs(pid), groupCpuMs(server), performance.now()];
  await work();
  const seconds = (performance.now() - startedMs) / 1_000;
  const micros = (milliseconds: number): number => (milliseconds * 1_000) / documents;
  const peakMb = residentMb(pid, 'peak');
  return {
    documentsPerSecond: documents / seconds,
    clientMicros: micros(processCpuMs(pid) - clientBefore),
    elasticsearchMicros: micros(groupCpuMs(server) - serverBefore),
    extraMb: peakMb - idleMb,
    peakMb,
    historyEvents: 0,
  };
}
