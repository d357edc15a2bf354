import { setTimeout as sleep } from 'node:timers/promises';
import { portOwner } from './port-owner';
import { type Child, startChild } from './processes/child';
import { takenPort } from './processes/free-port';
import type { ProcessRecords } from './processes/process-records';
import { stopProcess } from './processes/stop-process';
import { untilReady } from './readiness';
import type { Service } from './service';
import { StackError } from './stack-error';
import { CRASH_LOOP_ENDS, type OnStackEvent } from './stack-event';

const FIRST_RESTART_MS = 1000;
const LAST_RESTART_MS = 30_000;
/** Whatever ran this long starts its series of restarts anew. */
const STEADY_MS = 60_000;
/** What a killed server has started itself needs a moment to notice it and to release its ports. */
const PORT_RELEASE_MS = 15_000;
const READY_TIMEOUT_MS = 300_000;

export interface SupervisionContext {
  readonly stateFolder: string;
  readonly records: ProcessRecords;
  readonly onEvent: OnStackEvent;
}

/** Keeps one service running until it is stopped: starts it again, with growing delays, whenever it ends. */
export class SupervisedService {
  /** Resolves when the service first serves; rejects when there is no definition of it. */
  readonly ready: Promise<void>;
  /** Rejects when the service has ended five times in a row, with its last lines; it is started again all the same. */
  readonly crashLoop: Promise<never>;

  readonly #context: SupervisionContext;
  readonly #stop = new AbortController();
  readonly #supervision: Promise<void>;
  #child: Child | undefined;
  #graceMs = 0;
  #isReady: () => void = () => undefined;
  #isCrashLooping: (error: StackError) => void = () => undefined;

  /** @param definition - resolves once everything that the service needs is there */
  constructor(
    readonly name: string,
    definition: Promise<Service>,
    context: SupervisionContext,
  ) {
    this.#context = context;
    this.crashLoop = new Promise<never>((_, reject) => {
      this.#isCrashLooping = reject;
    });
    this.ready = new Promise<void>((resolve, reject) => {
      this.#isReady = resolve;
      definition.catch(reject);
    });
    // Whoever wants to know awaits them.
    for (const promise of [this.crashLoop, this.ready]) promise.catch(() => undefined);
    this.#supervision = definition.then(
      (service) => this.#supervise(service),
      () => undefined,
    );
  }

  /** Stops it for good, by SIGTERM and after its grace by SIGKILL; `hurry` aborted ends the grace. Idempotent. */
  async stop(hurry?: AbortSignal): Promise<void> {
    const { onEvent, records } = this.#context;
    this.#stop.abort(new StackError(`${this.name} is being stopped`));
    onEvent({ kind: 'stopping', part: this.name });
    const child = this.#child;
    const options = { graceMs: this.#graceMs, ...(hurry !== undefined && { hurry }) };
    const forced = child !== undefined && (await stopProcess(child.record, options));
    await this.#supervision;
    records.remove(this.name);
    onEvent({ kind: 'stopped', part: this.name, forced });
  }

  async #supervise(service: Service): Promise<void> {
    const { signal } = this.#stop;
    this.#graceMs = service.stopGraceMs;
    for (let endsInARow = 0; !signal.aborted;) {
      const startedAt = performance.now();
      const description = await this.#runOnce(service).catch((error: unknown) => (error as Error).message);
      if (this.#isStopping()) return;
      endsInARow = performance.now() - startedAt >= STEADY_MS ? 1 : endsInARow + 1;
      const restartInMs = Math.min(FIRST_RESTART_MS * 2 ** (endsInARow - 1), LAST_RESTART_MS);
      this.#context.onEvent({ kind: 'ended', part: this.name, description, endsInARow, restartInMs });
      if (endsInARow === CRASH_LOOP_ENDS) {
        this.#isCrashLooping(new StackError(`${this.name} has ended ${endsInARow} times in a row: ${description}`));
      }
      await sleep(restartInMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how it ended @throws Error when it could not be started, or did not become ready */
  async #runOnce(service: Service): Promise<string> {
    const { stateFolder, records, onEvent } = this.#context;
    await refuseTakenPorts(service);
    await service.prepare?.(this.#stop.signal);
    this.#stop.signal.throwIfAborted();
    const child = startChild(service, stateFolder, records);
    this.#child = child;
    onEvent({ kind: 'started', part: this.name, pid: child.record.pid, log: child.record.log });
    const end = new AbortController();
    const ended = child.ended.finally(() => {
      end.abort(new StackError('it has ended'));
    });
    const signal = AbortSignal.any([end.signal, this.#stop.signal]);
    try {
      if (service.endpoint !== undefined) {
        await untilReady(service.endpoint, { timeoutMs: READY_TIMEOUT_MS, onEvent, signal });
      }
      this.#isReady();
    } catch (error) {
      if (!signal.aborted) {
        await stopProcess(child.record, { graceMs: this.#graceMs });
        throw error;
      }
    }
    return await ended;
  }

  #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }
}

async function refuseTakenPorts({ name, ports }: Service): Promise<void> {
  const taken = await takenPort(ports, PORT_RELEASE_MS);
  if (taken === undefined) return;
  const owner = portOwner(taken) ?? 'another process';
  throw new StackError(`${name} needs port ${taken} of 127.0.0.1, and ${owner} listens there`);
}
