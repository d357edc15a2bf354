import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { timeSkippingEnvironment } from '../support/time-skipping-server';
import { bundledWorkflows } from './bundle';
import { fakeActivities } from './fake-activities';

const TASK_QUEUE = 'time-skipping';

/**
 * One worker on a time-skipping server for all tests of a suite, since each would cost more than a second. Every
 * pipeline has activities of its own, so that what a test leaves behind meets those of no other.
 */
export class TimeSkippingWorker {
  readonly taskQueue = TASK_QUEUE;
  readonly #served: Map<string, Activities>;

  private constructor(
    readonly environment: TestWorkflowEnvironment,
    private readonly worker: Worker,
    served: Map<string, Activities>,
    private readonly running: Promise<void>,
  ) {
    this.#served = served;
  }

  static async start(): Promise<TimeSkippingWorker> {
    const logger = new DefaultLogger('ERROR');
    Runtime.install({ logger });
    const environment = await timeSkippingEnvironment();
    const served = new Map<string, Activities>();
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundledWorkflows(logger),
      activities: forwarded(served),
    });
    return new TimeSkippingWorker(environment, worker, served, worker.run());
  }

  get client(): Client {
    return this.environment.client;
  }

  /** Has the workflows `<kind>/<name>` and their children use these activities, on the one task queue that there is. */
  serve(name: string, activities: Activities): void {
    const parseInput: Activities['parseInput'] = async (request) => ({
      ...(await activities.parseInput(request)),
      ioTaskQueue: TASK_QUEUE,
      hostTaskQueue: TASK_QUEUE,
    });
    this.#served.set(name, { ...activities, parseInput });
  }

  async stop(): Promise<void> {
    this.worker.shutdown();
    await this.running;
    await this.environment.teardown();
  }
}

/** Each activity as that of the workflow that asks for it. */
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
