import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, type NativeConnectionOptions, type Worker } from '@temporalio/worker';
import type { Config } from './config';
import { reasonOf } from './reason-of';
import { temporalOptions } from './temporal-connection';

const RETRY_MS = 2_000;
/** Between two looks at the files with certificates and keys. */
const CHECK_MS = 5_000;

/** The connection of workers to Temporal, replaced when the files with certificates and keys hold something else. */
export class RenewedConnection {
  private constructor(
    private readonly config: Config,
    private connection: NativeConnection,
    private used: string,
  ) {}

  /** Waits for Temporal without a timeout; the watch of the servers says why. */
  static async open(config: Config): Promise<RenewedConnection> {
    for (;;) {
      try {
        const options = temporalOptions(config);
        return new RenewedConnection(config, await NativeConnection.connect(options), textOf(options));
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }

  get current(): NativeConnection {
    return this.connection;
  }

  /** Gives running workers a new connection after each change, until the signal is aborted. */
  async renewFor(workers: readonly Worker[], signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(CHECK_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#renew(workers).catch((error: unknown) => {
        console.error(`the connection to Temporal cannot be renewed: ${reasonOf(error)}`);
      });
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  async #renew(workers: readonly Worker[]): Promise<void> {
    const options = temporalOptions(this.config);
    const text = textOf(options);
    if (text === this.used) return;
    const replaced = this.connection;
    this.connection = await NativeConnection.connect(options);
    this.used = text;
    for (const worker of workers) worker.connection = this.connection;
    await replaced.close();
    console.log('connected to Temporal with the new certificates or keys');
  }
}

function textOf(options: NativeConnectionOptions): string {
  return JSON.stringify(options);
}
