import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { startTimeSkippingServer } from '../support/test-server';
import { bundledWorkflows } from './bundle';
import { fakeActivities } from './fake-activities';

const TASK_QUEUE = 'time-skipping';

/**
 * Returns one worker on a time-skipping server for all tests of a suite, because starting one takes more than a second. It
 * is started before the tests and stopped after them.
 */
export function workerOfSuite(): TimeSkippingWorker {
  const worker = new TimeSkippingWorker();
  beforeAll(() => worker.start());
  afterAll(() => worker.stop());
  return worker;
}

/**
 * Each pipeline has activities of its own, so that workflows that a test leaves running do not call those of another test.
 */
class TimeSkippingWorker {
  readonly taskQueue = TASK_QUEUE;
  readonly #served = new Map<string, Activities>();
  #started?: { readonly environment: TestWorkflowEnvironment; readonly stop: () => Promise<void> };

  get environment(): TestWorkflowEnvironment {
    if (this.#started === undefined) throw new Error('expected the worker to be started before the tests');
    return this.#started.environment;
  }

  get client(): Client {
    return this.environment.client;
  }

  /** Runs the workflows `<kind>/<name>` and their children with these activities, all on the one task queue. */
  serve(name: string, activities: Activities): void {
    const parseInput: Activities['parseInput'] = async (request) => ({
      ...(await activities.parseInput(request)),
      ioTaskQueue: TASK_QUEUE,
      laneTaskQueue: TASK_QUEUE,
      hostTaskQueue: TASK_QUEUE,
    });
    this.#served.set(name, { ...activities, parseInput });
  }

  async start(): Promise<void> {
    const logger = new DefaultLogger('ERROR');
    Runtime.install({ logger });
    const server = await startTimeSkippingServer();
    const { environment } = server;
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundledWorkflows(logger),
      activities: forwarded(this.#served),
    });
    const running = worker.run();
    const stop = async (): Promise<void> => {
      worker.shutdown();
      await running;
      await server.stop();
    };
    this.#started = { environment, stop };
  }

  async stop(): Promise<void> {
    await this.#started?.stop();
  }
}

/** Activities that call those of the workflow that scheduled them. */
function forwarded(served: ReadonlyMap<string, Activities>): Activities {
  const names = Object.keys(fakeActivities().activities) as (keyof Activities)[];
  const activities = names.map((name) => [name, (input: never) => activitiesOf(served)[name](input)]);
  return Object.fromEntries(activities) as Activities;
}

function activitiesOf(served: ReadonlyMap<string, Activities>): Record<keyof Activities, (input: never) => unknown> {
  const workflowId = Context.current().info.workflowExecution?.workflowId ?? '';
  const activities = served.get(workflowId.split('/')[1] ?? '');
  if (activities !== undefined) return activities;
  throw ApplicationFailure.nonRetryable(`expected activities to be served for the workflow ${workflowId}`);
}
