import { randomUUID } from 'node:crypto';
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { RunReport } from '../../activities/contracts/report';
import { createKafkaGateway, type KafkaGateway } from '../../activities/kafka';
import type { streamingPipeline } from '../../workflows';
import { stackAddresses, workerEnvironment } from './stack';
import { startWorker, type WorkerProcess } from './worker-process';

type Handle = WorkflowHandle<typeof streamingPipeline>;

/** The clients, the task queue and the workers of one suite on the shared servers. */
export class PipelineDriver {
  readonly taskQueue = `test-${randomUUID()}`;
  readonly #stopWorkers: (() => Promise<void>)[] = [];

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

  /** Stops the workers, then closes the clients. */
  async close(): Promise<void> {
    for (const stop of this.#stopWorkers) await stop();
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
    this.stopOnClose(() => worker.kill('SIGTERM'));
    return worker;
  }

  /** Registers how to stop a worker that was started by other means. */
  stopOnClose(stop: () => Promise<void>): void {
    this.#stopWorkers.push(stop);
  }

  /** Returns a pipeline name that no other test uses. */
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

  /** Runs a bounded pipeline to its end. */
  async run(name: string, input?: unknown): Promise<RunReport> {
    const handle = await this.start(name, input);
    const report = await handle.result();
    if (report === null) throw new Error('expected a report, since the source is bounded');
    return report;
  }

  /** Number of documents of one run behind an alias. */
  async count(alias: string, run: string): Promise<number> {
    await this.elasticsearch.indices.refresh({ index: alias });
    const { count } = await this.elasticsearch.count({ index: alias, query: { term: { 'provenance.run': run } } });
    return count;
  }
}
