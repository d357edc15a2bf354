import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities';
import { timeSkippingEnvironment } from '../support/test-server';
import { bundledWorkflows } from './bundle';
import { fakeActivities } from './fake-activities';

const TASK_QUEUE = 'time-skipping';

/**
 * One worker on a time-skipping server for all tests of a suite, because starting one takes more than a second. Each
 * pipeline has activities of its own, so that workflows that a test leaves running do not call those of another test.
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

  /** Runs the workflows `<kind>/<name>` and their children with these activities, all on the one task queue. */
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
