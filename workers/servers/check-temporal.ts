import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { addressesOf, type Config } from '../config';
import { temporalOptions } from '../temporal-connection';
import { type ClockReading, clockFact } from './clock-skew';
import { sentenceOf, type ServerCheck, ServerQuestions } from './server-check';
import { temporalProblem } from './temporal-problem';

type WorkflowService = Connection['workflowService'];

const POLL_MS = 50;
/** Of `TaskQueueType` in Temporal's API. */
const ACTIVITY = 2;
/** The server refuses shorter long polls. */
const LONG_POLL_MS = 5_000;
/** How long a new poll may take to be listed. */
const LISTED_MS = 3_000;

export async function checkTemporal(config: Config, signal: AbortSignal): Promise<ServerCheck> {
  const { TEMPORAL_NAMESPACE: namespace } = config;
  const describe = (error: unknown): string => sentenceOf(error) ?? temporalProblem(error, namespace);
  const questions = new ServerQuestions(signal, describe);
  await questions.ask(async () => {
    // Without interceptors no call is retried.
    const connection = Connection.lazy({ ...temporalOptions(config), interceptors: [] });
    try {
      return await connection.withAbortSignal(signal, () => factsOf(connection, namespace));
    } finally {
      await connection.close();
    }
  });
  return questions.check('Temporal', addressesOf(config).temporal);
}

async function factsOf(connection: Connection, namespace: string): Promise<readonly string[]> {
  const { workflowService } = connection;
  const { serverVersion } = await workflowService.getSystemInfo({});
  await workflowService.describeNamespace({ namespace });
  const clock = await pollOnce(connection, namespace);
  const facts = [`answers, version ${serverVersion}`, `namespace ${namespace} is there, and its tasks can be polled`];
  return clock === null ? facts : [...facts, clockFact(clock)];
}

/**
 * Polls a task queue that nobody else has, which needs the rights of a worker, and reads the time at which the server got
 * that; null if it does not list the poll in time.
 */
async function pollOnce(connection: Connection, namespace: string): Promise<ClockReading | null> {
  const { workflowService } = connection;
  const taskQueue = { name: `check-${randomUUID()}` };
  const stop = new AbortController();
  const sentMs = Date.now();
  const poll = connection.withAbortSignal(stop.signal, () =>
    connection.withDeadline(sentMs + LONG_POLL_MS, () =>
      workflowService.pollActivityTaskQueue({ namespace, taskQueue, identity: 'check' }),
    ),
  );
  const refused = poll.then(
    () => null,
    (error: unknown) => error,
  );
  try {
    return await Promise.race([
      listedPoll(workflowService, { namespace, taskQueue }, sentMs),
      refused.then((error) => {
        if (isGrpcServiceError(error)) throw error;
        return null;
      }),
    ]);
  } finally {
    stop.abort();
    await refused;
  }
}

async function listedPoll(
  workflowService: WorkflowService,
  of: { readonly namespace: string; readonly taskQueue: { readonly name: string } },
  sentMs: number,
): Promise<ClockReading | null> {
  const request: object = { ...of, taskQueueType: ACTIVITY };
  while (Date.now() < sentMs + LISTED_MS) {
    const { pollers } = await workflowService.describeTaskQueue(request);
    const { seconds, nanos } = pollers[0]?.lastAccessTime ?? {};
    const receivedMs = Date.now();
    if (seconds) return { sentMs, serverMs: Number(seconds) * 1_000 + (nanos ?? 0) / 1e6, receivedMs };
    await sleep(POLL_MS);
  }
  return null;
}
