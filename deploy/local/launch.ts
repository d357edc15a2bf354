import { bringServer, SERVER_GRACE_MS, stopLeftOver } from './bring-server';
import { Companion, type CompanionSpec } from './companion';
import { lockStateFolder } from './launcher-lock';
import { type Child, describeExit } from './processes/child';
import { ChildRecords } from './processes/child-record';
import { stopProcess, type StopOptions } from './processes/stop-process';
import { untilReady } from './readiness';
import type { Server } from './servers/server';
import { StackError } from './stack-error';
import type { OnStackEvent } from './stack-event';

/** Longer than the worker gives its own activities. */
const COMPANION_GRACE_MS = 40_000;
/** A server elsewhere may be started by somebody's hand only now. */
const EXTERNAL_PATIENCE_MS = 600_000;

export interface LaunchOptions {
  readonly stateFolder: string;
  readonly servers: readonly Server[];
  readonly onEvent: OnStackEvent;
  /** Ends what the companions left running; asked when they have stopped, and before the servers stop. */
  readonly afterCompanions?: () => Promise<void>;
  /** Aborted while the servers are starting: they are stopped, and the start rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Aborted while the stack is stopping: nothing is given time to end by itself any more. */
  readonly hurry?: AbortSignal;
}

/** The servers and companions of one state folder; at most one launch at a time has them. */
export class Launch {
  /** Rejects when a server ends though nobody stopped it; everything else is being stopped then. Never resolves. */
  readonly died: Promise<never>;

  readonly #options: LaunchOptions;
  readonly #records: ChildRecords;
  readonly #unlock: () => void;
  readonly #failure = new AbortController();
  readonly #servers: Child[] = [];
  readonly #companions: Companion[] = [];
  #stopped: Promise<void> | undefined;

  private constructor(options: LaunchOptions) {
    this.#options = options;
    this.#records = new ChildRecords(options.stateFolder);
    this.#unlock = lockStateFolder(options.stateFolder);
    this.died = new Promise((_, reject) => {
      this.#failure.signal.addEventListener('abort', () => {
        reject(this.#failure.signal.reason as Error);
      });
    });
    this.died.catch(() => undefined); // whoever wants to know asks
  }

  /**
   * Starts all servers at once and waits until each of them serves.
   *
   * @throws {@link StackError} when another launcher runs, a port is taken, or a server ends or does not become ready;
   *   whatever was started is stopped by then
   */
  static async start(options: LaunchOptions): Promise<Launch> {
    const launch = new Launch(options);
    await launch.#startServers();
    return launch;
  }

  /** Starts a process that is kept running, and stopped before the servers. */
  startCompanion(spec: CompanionSpec): void {
    const { stateFolder, onEvent } = this.#options;
    this.#companions.push(Companion.start(spec, { stateFolder, records: this.#records, onEvent }));
  }

  /** Stops the companions, then the servers that were started or adopted here. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #startServers(): Promise<void> {
    const { servers, signal } = this.#options;
    const ended = signal === undefined ? this.#failure.signal : AbortSignal.any([signal, this.#failure.signal]);
    const abortAll = (error: unknown): void => {
      this.#failure.abort(error);
    };
    await this.#stopUnwanted().catch(abortAll);
    // Each is heard out to its end, so that none is still being started when the stop begins.
    await Promise.all(servers.map((server) => this.#bring(server, ended).catch(abortAll)));
    if (!ended.aborted) return;
    await this.stop();
    throw ended.reason as Error;
  }

  async #bring(server: Server, signal: AbortSignal): Promise<void> {
    const { stateFolder, onEvent } = this.#options;
    if (!server.managed) {
      await untilReady(server, { patienceMs: EXTERNAL_PATIENCE_MS, onEvent, signal });
      return;
    }
    const onChild = (child: Child): void => {
      this.#servers.push(child);
      void child.exited.then((exit) => {
        if (this.#stopped !== undefined) return;
        this.#failure.abort(new StackError(describeExit(child, exit)));
        void this.stop().catch(() => undefined); // whoever awaits `stop` hears of it
      });
    };
    await bringServer(server, { stateFolder, records: this.#records, onEvent, signal, onChild });
  }

  /** What a killed launcher left and this start has no use for: companions, and servers that are elsewhere now. */
  async #stopUnwanted(): Promise<void> {
    const { servers, onEvent } = this.#options;
    const managed = new Set(servers.filter((server) => server.managed).map(({ name }) => name));
    const unwanted = this.#records.running().filter(({ name, kind }) => kind === 'companion' || !managed.has(name));
    await Promise.all(
      unwanted.map((record) => stopLeftOver(record, 'not adopted', { records: this.#records, onEvent })),
    );
  }

  async #stopAll(): Promise<void> {
    const results: PromiseSettledResult<void>[] = [];
    results.push(...(await Promise.allSettled(this.#companions.map((companion) => this.#stopCompanion(companion)))));
    results.push(...(await Promise.allSettled([this.#endLeftRunning()])));
    results.push(...(await Promise.allSettled(this.#servers.map((server) => this.#stopServer(server)))));
    this.#unlock();
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason as Error;
  }

  async #endLeftRunning(): Promise<void> {
    const { afterCompanions, hurry } = this.#options;
    if (afterCompanions === undefined || hurry?.aborted === true) return;
    const hurried = new Promise<void>((resolve) => {
      hurry?.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([afterCompanions(), hurried]);
  }

  async #stopCompanion(companion: Companion): Promise<void> {
    await this.#tellStop(companion.name, () => companion.stop(this.#grace(COMPANION_GRACE_MS)));
  }

  async #stopServer({ record }: Child): Promise<void> {
    await this.#tellStop(record.name, () => stopProcess(record, this.#grace(SERVER_GRACE_MS)));
    this.#records.remove(record.name);
  }

  async #tellStop(part: string, stop: () => Promise<boolean>): Promise<void> {
    const { onEvent } = this.#options;
    onEvent({ kind: 'stopping', part });
    onEvent({ kind: 'stopped', part, forced: await stop() });
  }

  #grace(graceMs: number): StopOptions {
    const { hurry } = this.#options;
    return hurry === undefined ? { graceMs } : { graceMs, hurry };
  }
}
