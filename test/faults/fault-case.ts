import type { WorkerProcess } from '../support/worker-process';
import type { ServerName } from '../support/stack-process';
import type { FaultProxy } from './fault-proxy';

/** One way to break things while a run is being indexed. */
export interface FaultCase {
  readonly name: string;
  /** Share of readings that the index refuses. */
  readonly poison?: number;
  /** So many times the readings of other cases. */
  readonly scale?: number;
  /** Whether some work must have been done again, or tried again, for the case to count. */
  readonly mustHitWork?: boolean;
  /** Whether a single document that is sent twice is a fault. */
  readonly sendsNothingAgain?: boolean;
  /** Environment of the first worker, for example a point at which it dies. */
  readonly worker?: (random: () => number) => Readonly<Record<string, string>>;
  /** Says what the proxy breaks, before anything is indexed. */
  readonly arrange?: (proxy: FaultProxy, random: () => number) => void;
  /** Breaks and mends things while the run is indexed. */
  readonly meanwhile?: (scene: FaultScene) => Promise<void>;
}

/** What a case may lay its hands on. */
export interface FaultScene {
  readonly proxy: FaultProxy;
  readonly random: () => number;
  readonly worker: WorkerProcess;
  /** Aborted once readings and windows are indexed. */
  readonly indexed: AbortSignal;
  /** Alias of the readings. */
  readonly alias: string;
  /** Of the real Elasticsearch. */
  readonly elasticsearch: string;
  readonly startWorker: () => Promise<WorkerProcess>;
  /** Kills servers without a last word and starts them again; only where the case has servers of its own. */
  readonly killServers: (which: ServerName | 'all') => Promise<void>;
}
