import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import type { PartitionOffsets, TopicRange } from '../../activities/contracts/offsets';
import type { ReconcileRequest, ReconcileResult } from '../../activities/contracts/report';
import type { KafkaGateway } from '../../activities/kafka';
import { certificateFiles } from '../../deploy/local/security/certificates';
import { type Clients, openClients } from '../../workers/clients';
import { loadConfig } from '../../workers/config';
import { temporalOptions } from '../../workers/temporal-connection';
import type { indexTopic } from '../../workflows';
import type { IndexTopicInput, IndexTopicResult } from '../../workflows/indexing/index-topic';
import { wholeTopic } from '../activities/reconciliation/written-run';
import { highestAttempt } from '../support/highest-attempt';
import { startWorker, type WorkerProcess } from '../support/worker-process';
import type { ServerName } from '../support/stack-process';
import type { FaultCase } from './fault-case';
import { FaultProxy, type ProxySecurity } from './fault-proxy';
import type { FaultResult } from './fault-result';
import { JsonServer, type Variables } from './json-server';
import { connectionOf, judge } from './oracle';

/** The servers of a fault run, and how to kill them. */
export interface FaultServers {
  /** Of a client that may do everything. */
  readonly admin: Variables;
  readonly workerEnvironment: Variables;
  readonly killServers?: (which: ServerName | 'all') => Promise<void>;
}

type Stream = IndexTopicInput['stream'];

interface Indexed {
  readonly readings: IndexTopicResult;
  readonly deadLetter: TopicRange;
}

/** Clients, proxy and workers of one case. */
export class CaseEnvironment {
  readonly taskQueue = `faults-${randomUUID()}`;
  readonly #workers: WorkerProcess[] = [];

  private constructor(
    private readonly servers: FaultServers,
    private readonly clients: Clients,
    private readonly temporal: Client,
    readonly json: JsonServer,
    readonly proxy: FaultProxy,
    readonly admin: Admin,
  ) {}

  get kafka(): KafkaGateway {
    return this.clients.kafka;
  }

  get elasticsearch(): ElasticsearchClient {
    return this.clients.elasticsearch;
  }

  static async open(servers: FaultServers): Promise<CaseEnvironment> {
    const config = loadConfig(servers.admin);
    const json = new JsonServer(servers.admin);
    const admin = new Kafka({ ...connectionOf(servers.admin), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new CaseEnvironment(
      servers,
      openClients(config, 'faults'),
      new Client({ connection: await Connection.connect(temporalOptions(config)) }),
      json,
      await FaultProxy.start(json.url, proxySecurity(servers.admin)),
      admin,
    );
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) {
      worker.signal('SIGCONT');
      await worker.kill('SIGKILL');
    }
    await this.proxy.close();
    await this.admin.disconnect();
    await this.clients.close();
    await this.json.close();
    await this.temporal.connection.close();
  }

  async startWorker(environment: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
    const worker = await startWorker({
      ...this.servers.workerEnvironment,
      PIPELINE_TASK_QUEUE: this.taskQueue,
      ELASTICSEARCH_NODE: this.proxy.address,
      ...environment,
    });
    this.#workers.push(worker);
    return worker;
  }

  /** Returns what can be proven: a log may have lost its beginning, of which copies stand at its end. */
  async withoutDamage(request: ReconcileRequest): Promise<ReconcileRequest> {
    const { scope } = request;
    return { ...request, scope: { ...scope, enriched: await wholeTopic(this.kafka, scope.enriched.topic) } };
  }

  indexerOf({ scope: { name } }: ReconcileRequest): WorkflowHandle<typeof indexTopic> {
    return this.temporal.workflow.getHandle(this.#workflowId(name, 'readings'));
  }

  /** Indexes readings, from these offsets on, and windows up to the ends of their topics. */
  async indexRecords(
    { scope, aliases }: ReconcileRequest,
    from: PartitionOffsets,
    lanes?: number,
  ): Promise<IndexTopicResult> {
    const [readings] = await Promise.all([
      this.#indexStream(scope, 'readings', { ...scope.enriched, from }, aliases.readings, lanes),
      this.#indexStream(scope, 'windows', scope.windows, aliases.windows),
    ]);
    return readings;
  }

  /** Indexes the dead letters, as the pipeline does, after everything that writes them has ended. */
  async indexDeadLetters({ scope, aliases }: ReconcileRequest): Promise<TopicRange> {
    const deadLetters = await wholeTopic(this.kafka, scope.deadLetter.topic);
    await this.#indexStream(scope, 'deadLetters', deadLetters, aliases.deadLetters);
    return deadLetters;
  }

  async result(
    faultCase: FaultCase,
    request: ReconcileRequest,
    { readings: { totals }, deadLetter }: Indexed,
    seconds: number,
  ): Promise<FaultResult> {
    const { scope, aliases } = request;
    const proof = await this.#execute<ReconcileResult>('reconcile', `reconcile/${scope.name}`, {
      request: { ...request, scope: { ...scope, deadLetter } },
      taskQueue: `${this.taskQueue}-io`,
    });
    const judgement = await judge({
      admin: this.servers.admin,
      topic: scope.enriched.topic,
      alias: aliases.readings,
      deadLetterAlias: aliases.deadLetters,
    });
    const { records, deadRecords } = judgement;
    const counters = [
      [totals.in, records],
      [totals.out, records - deadRecords],
      [totals.deadLetters, deadRecords],
    ];
    const attempts = await highestAttempt(this.temporal, this.#workflowId(scope.name, 'readings'), 'indexLane');
    const hasFault = faultCase.arrange === undefined || this.proxy.faults > 0;
    const sentAgain = (this.proxy.sent.get(aliases.readings) ?? 0) - records;
    const hasHitWork = attempts >= 2 || sentAgain > 0;
    await this.#deleteIndices(scope.name);
    return {
      name: faultCase.name,
      judgement,
      wrongCounters: counters.filter(([reported, counted]) => reported !== counted).length,
      reconciled: proof.reconciled,
      sentAgain,
      maySendAgain: faultCase.sendsNothingAgain !== true,
      attempts,
      seconds,
      hit: hasFault && (faultCase.mustHitWork !== true || hasHitWork),
    };
  }

  /** So that an Elasticsearch that a later case kills recovers only the indices of that case. */
  async #deleteIndices(name: string): Promise<void> {
    const indices = Object.keys(await this.elasticsearch.indices.get({ index: `pipeline.${name}.*` }));
    await this.elasticsearch.indices.delete({ index: indices });
  }

  async #indexStream(
    { name, deadLetter }: ReconcileRequest['scope'],
    stream: Stream,
    { topic, from, to }: TopicRange,
    alias: string,
    lanes = 2,
  ): Promise<IndexTopicResult> {
    const deadLetterTopic = stream === 'deadLetters' ? null : deadLetter.topic;
    const place = { stream, topic, alias, deadLetterTopic, laneTaskQueue: `${this.taskQueue}-lanes` };
    const range = { lanes, isLive: false, next: from, until: to };
    return this.#execute('indexTopic', this.#workflowId(name, stream), { ...place, ...range });
  }

  #workflowId(name: string, stream: Stream): string {
    return `${name}/index/${stream}`;
  }

  /** Waits for the result through outages of the Temporal server. */
  async #execute<T>(type: string, workflowId: string, input: unknown): Promise<T> {
    const handle = await this.temporal.workflow.start(type, {
      taskQueue: this.taskQueue,
      workflowId,
      workflowExecutionTimeout: '20 minutes',
      args: [input],
    });
    for (;;) {
      try {
        return (await handle.result()) as T;
      } catch (error) {
        if (error instanceof WorkflowFailedError) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }
}

/** The proxy has the certificate of the server that it stands for; undefined if that has none. */
function proxySecurity({ ELASTICSEARCH_CA_FILE: authority }: Variables): ProxySecurity | undefined {
  if (authority === undefined) return undefined;
  const { certificate, key } = certificateFiles(dirname(authority), 'elasticsearch');
  const text = (path: string): string => readFileSync(path, 'utf8');
  return { cert: text(certificate), key: text(key), ca: text(authority) };
}
