import { randomUUID } from 'node:crypto';
import { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client, Connection, WorkflowFailedError } from '@temporalio/client';
import type { TopicRange } from '../../activities/contracts/offsets';
import type { ReconcileRequest, ReconcileResult } from '../../activities/contracts/report';
import { createKafkaGateway, type KafkaGateway } from '../../activities/kafka';
import type { IndexTopicInput, IndexTopicResult } from '../../workflows/indexing/index-topic';
import { wholeTopic } from '../activities/reconciliation/written-run';
import { highestAttempt } from '../support/attempts';
import { startWorker, type WorkerProcess } from '../support/worker-process';
import type { ServerName } from '../support/stack-process';
import type { FaultCase } from './fault-case';
import { FaultProxy } from './fault-proxy';
import { judge, type Judgement } from './oracle';
import { publishRun } from './published-run';
import { seededRandom } from './seeded';

/** Where the real servers are, and how they are killed. */
export interface FaultServers {
  readonly temporal: string;
  readonly kafkaBrokers: readonly string[];
  readonly elasticsearchNode: string;
  readonly workerEnvironment: Readonly<Record<string, string>>;
  readonly killServers?: (which: ServerName | 'all') => Promise<void>;
}

/** One row of the table. */
export interface FaultResult {
  readonly name: string;
  readonly judgement: Judgement;
  /** How many of the run's own counters are not what the oracle counted. */
  readonly wrongCounters: number;
  /** Whether the pipeline's own proof agrees that nothing is wrong. */
  readonly reconciled: boolean;
  /** Documents sent beyond once for each record. */
  readonly sentAgain: number;
  /** Whether the case allows for `sentAgain`. */
  readonly maySendAgain: boolean;
  readonly attempts: number;
  readonly seconds: number;
  /** Whether the fault met what it was meant to meet. */
  readonly hit: boolean;
}

export function isClean(result: FaultResult): boolean {
  const { judgement, wrongCounters, reconciled, hit, sentAgain, maySendAgain } = result;
  const { lost, twice, altered } = judgement;
  if (sentAgain > 0 && !maySendAgain) return false;
  return lost.length + twice.length + altered.length + wrongCounters === 0 && reconciled && hit;
}

type Stream = IndexTopicInput['stream'];

/** Indexes a published run while `faultCase` breaks things, and has it judged twice. */
export async function runFault(
  servers: FaultServers,
  faultCase: FaultCase,
  { seed, ...usual }: { readonly seed: number; readonly readings: number },
): Promise<FaultResult> {
  const readings = usual.readings * (faultCase.scale ?? 1);
  const bench = await Bench.open(servers);
  const isIndexed = new AbortController();
  try {
    const random = seededRandom(seed);
    const poisonRandom = seededRandom(seed + 1);
    const poisoned = new Set(
      Array.from({ length: readings }, (_, sequence) => sequence).filter(
        () => poisonRandom() < (faultCase.poison ?? 0),
      ),
    );
    const request = await publishRun(bench, { readings, isPoison: (sequence) => poisoned.has(sequence) });
    faultCase.arrange?.(bench.proxy, random);
    const worker = await bench.startWorker(faultCase.worker?.(random));
    const startedMs = Date.now();
    const meanwhile = faultCase.meanwhile?.({
      proxy: bench.proxy,
      random,
      worker,
      indexed: isIndexed.signal,
      alias: request.aliases.readings,
      elasticsearch: servers.elasticsearchNode,
      startWorker: () => bench.startWorker(),
      killServers: servers.killServers ?? (() => Promise.reject(new Error('these servers are not to be killed'))),
    });
    let seconds = 0;
    const indexing = bench.indexRecords(request).finally(() => {
      seconds = (Date.now() - startedMs) / 1_000;
      isIndexed.abort();
    });
    // What is being broken is mended first, even where the run has failed: nothing could be cleaned up beside it.
    const [indexed] = await Promise.all([indexing, meanwhile]).finally(() => meanwhile?.catch(() => undefined));
    bench.proxy.plan = () => null;
    const deadLetter = await bench.indexLetters(request);
    return await bench.result(faultCase, request, { readings: indexed, deadLetter }, seconds);
  } finally {
    await bench.close();
  }
}

interface Indexed {
  readonly readings: IndexTopicResult;
  readonly deadLetter: TopicRange;
}

/** Clients, proxy and workers of one case. */
class Bench {
  readonly taskQueue = `faults-${randomUUID()}`;
  readonly #workers: WorkerProcess[] = [];

  private constructor(
    private readonly servers: FaultServers,
    readonly kafka: KafkaGateway,
    readonly elasticsearch: ElasticsearchClient,
    private readonly temporal: Client,
    readonly proxy: FaultProxy,
  ) {}

  static async open(servers: FaultServers): Promise<Bench> {
    return new Bench(
      servers,
      createKafkaGateway({ brokers: servers.kafkaBrokers, clientId: 'faults' }),
      new ElasticsearchClient({ node: servers.elasticsearchNode, maxRetries: 0 }),
      new Client({ connection: await Connection.connect({ address: servers.temporal }) }),
      await FaultProxy.start(servers.elasticsearchNode),
    );
  }

  async close(): Promise<void> {
    for (const worker of this.#workers) {
      worker.signal('SIGCONT');
      await worker.kill('SIGKILL');
    }
    await this.proxy.close();
    await this.kafka.close();
    await this.elasticsearch.close();
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

  /** Readings and windows, to their ends. */
  async indexRecords({ scope, aliases }: ReconcileRequest): Promise<IndexTopicResult> {
    const [readings] = await Promise.all([
      this.#indexStream(scope, 'readings', scope.enriched, aliases.readings),
      this.#indexStream(scope, 'windows', scope.windows, aliases.windows),
    ]);
    return readings;
  }

  /** What those left, as the pipeline does it: once they are done. */
  async indexLetters({ scope, aliases }: ReconcileRequest): Promise<TopicRange> {
    const letters = await wholeTopic(this.kafka, scope.deadLetter.topic);
    await this.#indexStream(scope, 'deadLetters', letters, aliases.deadLetters);
    return letters;
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
      brokers: this.servers.kafkaBrokers,
      elasticsearch: this.servers.elasticsearchNode,
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
    const attempts = await highestAttempt(this.temporal, this.#workflowId(scope.name, 'readings'), 'indexSlice');
    const hasFault = faultCase.arrange === undefined || this.proxy.faults > 0;
    const sentAgain = (this.proxy.sent.get(aliases.readings) ?? 0) - records;
    const hasHitWork = attempts >= 2 || sentAgain > 0;
    await this.#deleteIndices(scope.name);
    return {
      name: faultCase.name,
      judgement,
      wrongCounters: counters.filter(([told, counted]) => told !== counted).length,
      reconciled: proof.reconciled,
      sentAgain,
      maySendAgain: faultCase.sendsNothingAgain !== true,
      attempts,
      seconds,
      hit: hasFault && (faultCase.mustHitWork !== true || hasHitWork),
    };
  }

  /** An Elasticsearch that is killed later has only the indices of its own case to recover. */
  async #deleteIndices(name: string): Promise<void> {
    const indices = Object.keys(await this.elasticsearch.indices.get({ index: `pipeline.${name}.*` }));
    await this.elasticsearch.indices.delete({ index: indices });
  }

  async #indexStream(
    { name, deadLetter }: ReconcileRequest['scope'],
    stream: Stream,
    { topic, from, to }: TopicRange,
    alias: string,
  ): Promise<IndexTopicResult> {
    const deadLetterTopic = stream === 'deadLetters' ? null : deadLetter.topic;
    const place = { stream, topic, alias, deadLetterTopic, ioTaskQueue: `${this.taskQueue}-io` };
    const range = { maxIdleMs: 5_000, next: from, until: to };
    return this.#execute('indexTopic', this.#workflowId(name, stream), { ...place, ...range });
  }

  #workflowId(name: string, stream: Stream): string {
    return `${name}/index/${stream}`;
  }

  /** A server that is away while its answer is waited for is asked again. */
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
