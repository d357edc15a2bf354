import { once } from 'node:events';
import { ConfigError } from '../../workers/config';
import { InspectionFailed } from '../../workers/inspection-failed';
import { PipelineFailed } from '../../workers/start-pipeline';
import { StackError } from './stack-error';

/** One Ctrl-C may arrive twice: from the terminal, and forwarded by the parent process. */
const SAME_SIGNAL_MS = 500;
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** The exit status that shells expect after Ctrl-C. */
const INTERRUPTED_STATUS = 130;

/** Shutdown requests, by SIGINT, SIGTERM or SIGHUP. */
export interface ShutdownSignals {
  /** Aborted by the first signal, with an {@link Interrupted}: shut down gracefully. */
  readonly signal: AbortSignal;
  /** Aborted by the second signal: stop at once. */
  readonly force: AbortSignal;
  /** Resolves with the first signal. */
  readonly received: Promise<void>;
}

/** The reason of a start that was aborted by a signal. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Listens for shutdown signals; from now on none of them ends the process by itself. */
export function listenForShutdown(): ShutdownSignals {
  const first = new AbortController();
  const second = new AbortController();
  let firstAt = 0;
  const received = rejectOnAbort(first.signal).catch(() => undefined);
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!first.signal.aborted) {
      firstAt = performance.now();
      first.abort(new Interrupted(`Interrupted by ${signal}`));
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) second.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // After SIGHUP the terminal no longer exists, and output about the shutdown fails.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { signal: first.signal, force: second.signal, received };
}

/** Rejects with the reason of a signal when it is aborted. */
export async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason as Error;
}

/** Exits with the status that a command returns; if it fails, prints the error and exits with 1. */
export async function exitWith(command: Promise<number>): Promise<never> {
  const status = await command.catch((error: unknown) => {
    if (error instanceof Interrupted) return INTERRUPTED_STATUS;
    const isExpected = [StackError, ConfigError, PipelineFailed, InspectionFailed].some(
      (kind) => error instanceof kind,
    );
    console.error(isExpected ? (error as Error).message : error);
    return 1;
  });
  process.exit(status);
}
