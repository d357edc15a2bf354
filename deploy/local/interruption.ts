/** One Ctrl-C may arrive twice: from the terminal, and passed on by whatever started this process. */
const SAME_INTERRUPTION_MS = 500;
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** What the user or the system asks of a launcher by signals. */
export interface Interruption {
  /** Aborted by the first signal, with an {@link Interrupted}: stop in good order. */
  readonly signal: AbortSignal;
  /** Aborted by the second: stop at once. */
  readonly hurry: AbortSignal;
  /** Resolves with the first signal. */
  readonly received: Promise<void>;
}

/** Why a start was given up: somebody asked for it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor(readonly signal: NodeJS.Signals) {
    super(`Interrupted by ${signal}`);
  }
}

/** Listens for Ctrl-C, SIGTERM and SIGHUP; from now on none of them ends the process by itself. */
export function listenForInterruption(): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  let interruptedAt = 0;
  const received = rejectOnAbort(first.signal).catch(() => undefined);
  const onSignal = (signal: NodeJS.Signals): void => {
    if (!first.signal.aborted) {
      interruptedAt = performance.now();
      first.abort(new Interrupted(signal));
    } else if (performance.now() - interruptedAt > SAME_INTERRUPTION_MS) second.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // After a SIGHUP the terminal is gone, and nobody reads what is printed about the stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { signal: first.signal, hurry: second.signal, received };
}

/** Rejects with the reason of a signal once it is aborted. */
export async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}
