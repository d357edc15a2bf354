import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, describeExit, fingerprintOf, startChild } from './processes/child';
import type { ChildRecords } from './processes/child-record';
import { stopProcess, type StopOptions } from './processes/stop-process';
import type { OnStackEvent } from './stack-event';

const FIRST_RESTART_MS = 1000;
const LAST_RESTART_MS = 30_000;
/** One that lived this long has earned a quick restart again. */
const STEADY_MS = 60_000;

/** A process that runs beside the servers and starts again whenever it ends. */
export interface CompanionSpec {
  readonly name: string;
  /** Program and arguments; the program is the process itself, not a wrapper around it. */
  readonly command: readonly [string, ...string[]];
  /** The whole environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** All that it listens on, on 127.0.0.1. */
  readonly ports: readonly number[];
}

export interface CompanionContext {
  readonly stateFolder: string;
  readonly records: ChildRecords;
  readonly onEvent: OnStackEvent;
}

/** Keeps one companion running until it is stopped. */
export class Companion {
  readonly #spec: CompanionSpec;
  readonly #context: CompanionContext;
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  #child: Child;

  private constructor(spec: CompanionSpec, context: CompanionContext, child: Child) {
    this.#spec = spec;
    this.#context = context;
    this.#child = child;
    this.#kept = this.#keepRunning();
  }

  /** @throws {@link StackError} when the program cannot be started at all */
  static start(spec: CompanionSpec, context: CompanionContext): Companion {
    return new Companion(spec, context, spawnCompanion(spec, context));
  }

  get name(): string {
    return this.#spec.name;
  }

  /** @returns whether force was needed */
  async stop(options: StopOptions): Promise<boolean> {
    this.#stopping.abort();
    const forced = await stopProcess(this.#child.record, options);
    await this.#kept;
    this.#context.records.remove(this.#spec.name);
    return forced;
  }

  async #keepRunning(): Promise<void> {
    const { onEvent } = this.#context;
    const part = this.#spec.name;
    let description = await this.#end();
    for (let restartInMs = FIRST_RESTART_MS; !this.#stopping.signal.aborted;) {
      onEvent({ kind: 'ended', part, description, restartInMs });
      await sleep(restartInMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#isStopping()) return;
      const startedAt = performance.now();
      description = await this.#runAgain();
      const steady = performance.now() - startedAt >= STEADY_MS;
      restartInMs = steady ? FIRST_RESTART_MS : Math.min(restartInMs * 2, LAST_RESTART_MS);
    }
  }

  /** @returns how it ended, or why it could not even start */
  async #runAgain(): Promise<string> {
    try {
      this.#child = spawnCompanion(this.#spec, this.#context);
    } catch (error) {
      return (error as Error).message;
    }
    return this.#end();
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #end(): Promise<string> {
    return describeExit(this.#child, await this.#child.exited);
  }
}

function spawnCompanion(spec: CompanionSpec, { stateFolder, records, onEvent }: CompanionContext): Child {
  const log = join(stateFolder, 'logs', `${spec.name}.log`);
  const fingerprint = fingerprintOf([spec.command, spec.cwd]);
  const child = startChild({ ...spec, kind: 'companion', dataFolder: stateFolder, fingerprint, log }, records);
  onEvent({ kind: 'started', part: spec.name, pid: child.record.pid, log });
  return child;
}
