import type { WorkflowHandle } from '@temporalio/client';
import type { Admin } from 'kafkajs';
import type { KafkaGateway } from '../../activities/kafka';
import type { indexTopic } from '../../workflows';
import type { WorkerProcess } from '../support/worker-process';
import type { ServerName } from '../support/stack-process';
import type { FaultProxy } from './fault-proxy';
import type { JsonServer } from './json-server';

/** One fault, injected while a run is being indexed. */
export interface FaultCase {
  readonly name: string;
  /** Share of readings that the mapping rejects. */
  readonly poison?: number;
  /** Number of brokers of a Kafka of the case's own, which is not protected; default: that of the stack. */
  readonly brokers?: 2;
  /** Activities that share the two partitions of a topic; default 2. */
  readonly lanes?: number;
  /** Factor for the number of readings. */
  readonly scale?: number;
  /** Whether the case is valid only if an activity or a document was retried. */
  readonly mustHitWork?: boolean;
  /** Whether the case fails if any document is sent twice. */
  readonly sendsNothingAgain?: boolean;
  /** Environment of the first worker, for example the point at which it crashes. */
  readonly worker?: (random: () => number) => Readonly<Record<string, string>>;
  /** Configures the proxy before anything is indexed. */
  readonly arrange?: (proxy: FaultProxy, random: () => number) => void;
  /** Damages the topic of the readings before it is indexed from its first offsets. All that was published stays in it. */
  readonly damage?: (topic: PublishedTopic) => Promise<void>;
  /** Injects faults and removes them while the run is indexed. */
  readonly meanwhile?: (scene: FaultContext) => Promise<void>;
}

/** The topic from which the readings are indexed. */
export interface PublishedTopic {
  readonly topic: string;
  readonly kafka: KafkaGateway;
  /** Of the brokers. */
  readonly admin: Admin;
}

/** What the `meanwhile` of a case can use. */
export interface FaultContext {
  readonly proxy: FaultProxy;
  readonly random: () => number;
  readonly worker: WorkerProcess;
  /** Aborted when readings and windows are indexed, or indexing has failed. */
  readonly indexed: AbortSignal;
  readonly readings: PublishedTopic;
  /** The workflow that indexes the readings. */
  readonly indexer: WorkflowHandle<typeof indexTopic>;
  /** Alias of the readings. */
  readonly alias: string;
  /** The real Elasticsearch. */
  readonly elasticsearch: JsonServer;
  readonly startWorker: () => Promise<WorkerProcess>;
  /** SIGKILL for servers, which are then restarted. @throws Error when the servers are shared with other suites */
  readonly killServers: (which: ServerName | 'all') => Promise<void>;
}
