import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import { createKafkaGateway } from '../../../activities/kafka';
import { startWorker } from '../../support/worker-process';
import type { IsolatedStack } from '../../support/isolated-stack';
import { groupCpuMs, processCpuMs, residentMb } from '../process-cost';
import type { Place } from './contenders';
import { WITH_TEMPORAL, type Cost } from './cost';

/** Starts a contender, measures it while it indexes the topic, and stops it. */
export async function measure(stack: IsolatedStack, contender: string, place: Place): Promise<Cost> {
  return contender === WITH_TEMPORAL ? await measureWorker(stack, place) : await measureScript(stack, contender, place);
}

async function measureScript(stack: IsolatedStack, contender: string, place: Place): Promise<Cost> {
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
  const cost = await costOf(stack, child.pid ?? 0, place, async () => {
    child.stdin.write('go\n');
    await nextLine();
  });
  child.stdin.write('end\n');
  await once(child, 'exit');
  return cost;
}

async function measureWorker(stack: IsolatedStack, place: Place): Promise<Cost> {
  const { topic, alias } = place;
  const taskQueue = `bench-${randomUUID()}`;
  const worker = await startWorker({ ...stack.workerEnvironment, PIPELINE_TASK_QUEUE: taskQueue });
  const temporal = new Client({ connection: await Connection.connect({ address: stack.temporal }) });
  const kafka = createKafkaGateway({ brokers: place.brokers, clientId: 'bench' });
  const { start: next, end: until } = await kafka.offsets(topic);
  await kafka.close();
  const workflowId = `bench/${randomUUID()}`;
  const cost = await costOf(stack, worker.pid, place, async () => {
    await temporal.workflow.execute('indexTopic', {
      taskQueue,
      workflowId,
      args: [
        {
          ...{ stream: 'readings', topic, alias, deadLetterTopic: null, ioTaskQueue: `${taskQueue}-io` },
          ...{ maxIdleMs: 1_000, next, until },
        },
      ],
    });
  });
  await worker.kill('SIGTERM');
  const historyEvents = await historyEventsOf(temporal, workflowId);
  await temporal.connection.close();
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
  stack: IsolatedStack,
  pid: number,
  { documents }: Place,
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
