import { setTimeout as sleep } from 'node:timers/promises';
import { untilReady } from './endpoints';
import { type Child, startChild } from './processes/child';
import { portOwner, takenPort } from './processes/ports';
import type { ProcessRecords } from './processes/process-records';
import { stopProcess } from './processes/stop-process';
import type { Service } from './service';
import { StackError } from './stack-error';
import { CRASH_LOOP_EXITS, type OnStackEvent } from './stack-event';

const MIN_RESTART_DELAY_MS = 1000;
const MAX_RESTART_DELAY_MS = 30_000;
/** A run of this length resets the restart delay. */
const STABLE_MS = 60_000;
/** The children of a killed server take a moment to notice and to release its ports. */
const PORT_RELEASE_MS = 15_000;
const READY_TIMEOUT_MS = 300_000;

/** Keeps one service running until it is stopped: restarts it with increasing delays whenever it exits. */
export class SupervisedService {
  /** Resolves when the service is ready for the first time; rejects if its definition does. */
  readonly ready: Promise<void>;
  /** Rejects with the last log lines after five exits in a row; the restarts continue nevertheless. */
  readonly crashLoop: Promise<never>;

  readonly #stop = new AbortController();
  readonly #supervision: Promise<void>;
  #child: Child | undefined;
  #graceMs = 0;
  #resolveReady: () => void = () => undefined;
  #rejectCrashLoop: (error: StackError) => void = () => undefined;

  /** @param definition - resolves when everything that the service needs is available */
  constructor(
    readonly name: string,
    definition: Promise<Service>,
    private readonly records: ProcessRecords,
    private readonly onEvent: OnStackEvent,
  ) {
    this.crashLoop = new Promise<never>((_, reject) => {
      this.#rejectCrashLoop = reject;
    });
    this.ready = new Promise<void>((resolve, reject) => {
      this.#resolveReady = resolve;
      definition.catch(reject);
    });
    // Avoids unhandled rejections; callers await them if they need to.
    for (const promise of [this.crashLoop, this.ready]) promise.catch(() => undefined);
    this.#supervision = definition.then(
      (service) => this.#supervise(service),
      () => undefined,
    );
  }

  /** Stops the service: SIGTERM, then SIGKILL after the grace period or when `force` is aborted. Idempotent. */
  async stop(force?: AbortSignal): Promise<void> {
    this.#stop.abort(new StackError(`${this.name} is being stopped`));
    this.onEvent({ kind: 'stopping', part: this.name });
    const child = this.#child;
    const forced = child !== undefined && (await stopProcess(child.record, this.#graceMs, force));
    await this.#supervision;
    this.records.remove(this.name);
    this.onEvent({ kind: 'stopped', part: this.name, forced });
  }

  async #supervise(service: Service): Promise<void> {
    const { signal } = this.#stop;
    const isStopping = (): boolean => signal.aborted;
    this.#graceMs = service.stopGraceMs;
    for (let exitsInARow = 0; !isStopping();) {
      const startedAt = performance.now();
      const description = await this.#runOnce(service).catch((error: unknown) => (error as Error).message);
      if (isStopping()) return;
      exitsInARow = performance.now() - startedAt >= STABLE_MS ? 1 : exitsInARow + 1;
      const restartDelayMs = Math.min(MIN_RESTART_DELAY_MS * 2 ** (exitsInARow - 1), MAX_RESTART_DELAY_MS);
      this.onEvent({ kind: 'exited', part: this.name, description, exitsInARow, restartDelayMs });
      if (exitsInARow === CRASH_LOOP_EXITS) {
        this.#rejectCrashLoop(new StackError(`${this.name} exited ${exitsInARow} times in a row: ${description}`));
      }
      await sleep(restartDelayMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how it exited @throws Error when it cannot be started or does not become ready */
  async #runOnce(service: Service): Promise<string> {
    const { onEvent } = this;
    await assertPortsFree(service);
    await service.prepare?.(this.#stop.signal);
    this.#stop.signal.throwIfAborted();
    const child = startChild(service, this.records);
    this.#child = child;
    onEvent({ kind: 'started', part: this.name, pid: child.record.pid, log: child.record.log });
    const exit = new AbortController();
    const exited = child.exited.finally(() => {
      exit.abort(new StackError('it has exited'));
    });
    const signal = AbortSignal.any([exit.signal, this.#stop.signal]);
    try {
      if (service.endpoint !== undefined) {
        await untilReady(service.endpoint, { timeoutMs: READY_TIMEOUT_MS, onEvent, signal });
      }
      await service.afterReady?.();
      this.#resolveReady();
    } catch (error) {
      if (!signal.aborted) {
        await stopProcess(child.record, this.#graceMs);
        throw error;
      }
    }
    return await exited;
  }
}

async function assertPortsFree({ name, ports }: Service): Promise<void> {
  const taken = await takenPort(ports, PORT_RELEASE_MS);
  if (taken === undefined) return;
  const owner = portOwner(taken) ?? 'another process';
  throw new StackError(`${name} needs port ${taken} of 127.0.0.1, but ${owner} listens on it`);
}
