import { randomUUID } from 'node:crypto';
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunReport } from '../../activities/contracts/report';
import { createKafkaGateway, type KafkaGateway } from '../../activities/kafka';
import type { streamingPipeline } from '../../workflows';
import { stackAddresses, workerEnvironment } from './stack';
import { startWorker, type WorkerProcess } from './worker-process';

type Handle = WorkflowHandle<typeof streamingPipeline>;

/** One test's way to the shared servers: clients of its own, a task queue of its own, workers that it ends itself. */
export class PipelineDriver {
  readonly taskQueue = `test-${randomUUID()}`;
  readonly #workers = new Set<WorkerProcess>();

  private constructor(
    readonly temporal: Client,
    readonly kafka: KafkaGateway,
    readonly elasticsearch: ElasticsearchClient,
  ) {}

  static async open(): Promise<PipelineDriver> {
    const addresses = stackAddresses();
    const connection = await Connection.connect({ address: addresses.temporal });
    return new PipelineDriver(
      new Client({ connection }),
      createKafkaGateway({ brokers: addresses.kafkaBrokers, clientId: 'test' }),
      new ElasticsearchClient({ node: addresses.elasticsearchNode, maxRetries: 0 }),
    );
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.kill('SIGTERM');
    await this.kafka.close();
    await this.elasticsearch.close();
    await this.temporal.connection.close();
  }

  async startWorker(environment: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
    const worker = await startWorker({
      ...workerEnvironment(),
      PIPELINE_TASK_QUEUE: this.taskQueue,
      ...environment,
    });
    this.#workers.add(worker);
    return worker;
  }

  /** A name no other test uses. */
  newName(prefix: string): string {
    return `${prefix}-${randomUUID().slice(0, 8)}`;
  }

  async start(name: string, input?: unknown): Promise<Handle> {
    return await this.temporal.workflow.start<typeof streamingPipeline>('streamingPipeline', {
      taskQueue: this.taskQueue,
      workflowId: `pipeline/${name}`,
      workflowExecutionTimeout: '10 minutes',
      args: input === undefined ? [] : [input],
    });
  }

  async run(name: string, input?: unknown): Promise<RunReport> {
    const handle = await this.start(name, input);
    const report = await handle.result();
    if (report === null) throw new Error('expected a report, since the source is bounded');
    return report;
  }

  /** Documents of one run behind an alias. */
  async count(alias: string, run: string): Promise<number> {
    await this.elasticsearch.indices.refresh({ index: alias });
    const { count } = await this.elasticsearch.count({ index: alias, query: { term: { 'provenance.run': run } } });
    return count;
  }
}

/** Waits until `condition` holds; fails with `what` when it does not within the time. */
export async function until(what: string, condition: () => Promise<boolean>, timeoutMs = 240_000): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Our own failure in what a workflow's result was rejected with: above it are the children, below it the client. */
export function ownFailure(error: unknown): unknown {
  if (error instanceof ApplicationFailure || !(error instanceof Error)) return error;
  return error.cause === undefined ? error : ownFailure(error.cause);
}
