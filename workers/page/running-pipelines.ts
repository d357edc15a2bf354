import { Client, Connection } from '@temporalio/client';
import type { RunningPipeline, RunningPipelines } from '../../kibana/charts/running-pipeline';
import type { PipelineProgress } from '../../workflows/control/progress';
import { dataConverterOf } from '../codec/data-converter';
import type { Config } from '../config';
import { temporalOptions } from '../temporal-connection';

/** A query is billed, and several open pages ask at the same time. */
const CACHED_MS = 5_000;
const TIMEOUT_MS = 3_000;
/** A longer list is not usable, and each entry costs a query. */
const MAX_PIPELINES = 20;
const RUNNING = `WorkflowType = 'streamingPipeline' AND ExecutionStatus = 'Running'`;

/** What the running pipelines say of themselves; it only reads, over a connection of its own. */
export class PipelineWatch {
  #connection: Connection | null = null;
  #cached: { readonly atMs: number; readonly answer: Promise<RunningPipelines> } | null = null;

  constructor(private readonly config: Config) {}

  /** Never rejects: the page works without Temporal. */
  async list(): Promise<RunningPipelines> {
    const nowMs = Date.now();
    if (this.#cached === null || nowMs - this.#cached.atMs >= CACHED_MS) {
      this.#cached = { atMs: nowMs, answer: this.#ask() };
    }
    return await this.#cached.answer;
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = null;
  }

  async #ask(): Promise<RunningPipelines> {
    try {
      const connection = (this.#connection ??= Connection.lazy(temporalOptions(this.config)));
      const dataConverter = dataConverterOf(this.config);
      const client = new Client({ connection, namespace: this.config.TEMPORAL_NAMESPACE, dataConverter });
      return { pipelines: await connection.withDeadline(Date.now() + TIMEOUT_MS, () => progressOfAll(client)) };
    } catch (error) {
      // The next one is made with what the files of certificates and keys hold then.
      await this.close().catch(() => undefined);
      return { pipelines: [], unreachable: error instanceof Error ? error.message : String(error) };
    }
  }
}

async function progressOfAll(client: Client): Promise<readonly RunningPipeline[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: RUNNING, pageSize: MAX_PIPELINES })) {
    ids.push(workflowId);
    if (ids.length === MAX_PIPELINES) break;
  }
  return await Promise.all(ids.sort().map((id) => progressOf(client, id)));
}

/** Without a worker nobody answers the query, and the page says so. */
async function progressOf(client: Client, workflowId: string): Promise<RunningPipeline> {
  try {
    return runningPipeline(await client.workflow.getHandle(workflowId).query<PipelineProgress>('progress'));
  } catch {
    return { name: workflowId.replace(/^pipeline\//, ''), state: null };
  }
}

/** What the page shows of a pipeline. */
function runningPipeline({
  name,
  phase,
  state,
  attention,
  produced,
  lag,
  behindMs: { spark, readings },
  proof,
  latency,
}: PipelineProgress): RunningPipeline {
  const shown = attention.map(({ stage, partition, ...each }) => ({
    ...{ state: each.state, reason: each.reason, command: each.command },
    place: partition === null ? stage : `${stage} partition ${partition}`,
  }));
  return {
    name,
    state,
    phase,
    attention: shown,
    produced,
    waiting: lag,
    behindMs: { spark, readings },
    p95Ms: latency?.p95Ms ?? null,
    proof,
  };
}
