import { randomUUID } from 'node:crypto';
import type { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { RunReport } from '../../activities/contracts/report';
import type { KafkaGateway } from '../../activities/kafka';
import { openClients } from '../../workers/clients';
import { dataConverterOf } from '../../workers/codec/data-converter';
import { loadConfig } from '../../workers/config';
import { temporalOptions } from '../../workers/temporal-connection';
import type { streamingPipeline } from '../../workflows';
import { workerEnvironment } from './stack';
import { startWorker, type WorkerProcess } from './worker-process';

type Handle = WorkflowHandle<typeof streamingPipeline>;

type Variables = Readonly<Record<string, string>>;

/** The clients, the task queue and the workers of one suite on the shared or the secured servers. */
export class PipelineDriver {
  readonly taskQueue = `test-${randomUUID()}`;
  readonly #stopWorkers: (() => Promise<void>)[] = [];

  private constructor(
    private readonly worker: Variables,
    readonly temporal: Client,
    readonly kafka: KafkaGateway,
    readonly elasticsearch: ElasticsearchClient,
  ) {}

  /**
   * @param worker - environment of its workers
   * @param client - the variables with which the suite itself connects
   */
  static async open(worker = workerEnvironment(), client = worker): Promise<PipelineDriver> {
    const config = loadConfig(client);
    const connection = await Connection.connect(temporalOptions(config));
    const temporal = new Client({ connection, dataConverter: dataConverterOf(config) });
    const { kafka, elasticsearch } = openClients(config, 'test');
    return new PipelineDriver(worker, temporal, kafka, elasticsearch);
  }

  /** Stops the workers, then closes the clients. */
  async close(): Promise<void> {
    for (const stop of this.#stopWorkers) await stop();
    await this.kafka.close();
    await this.elasticsearch.close();
    await this.temporal.connection.close();
  }

  async startWorker(environment: Variables = {}): Promise<WorkerProcess> {
    const worker = await startWorker({
      ...this.worker,
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
