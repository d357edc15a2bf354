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
  readonly received: Promise<NodeJS.Signals>;
  /** Gives the signals their usual effect again. */
  readonly close: () => void;
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
  let resolveReceived: (signal: NodeJS.Signals) => void;
  const received = new Promise<NodeJS.Signals>((resolve) => {
    resolveReceived = resolve;
  });
  const onSignal = (signal: NodeJS.Signals): void => {
    if (first.signal.aborted) {
      if (performance.now() - interruptedAt > SAME_INTERRUPTION_MS) second.abort();
      return;
    }
    interruptedAt = performance.now();
    first.abort(new Interrupted(signal));
    resolveReceived(signal);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // After a SIGHUP the terminal is gone, and what is told about the stop finds nobody.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const close = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  return { signal: first.signal, hurry: second.signal, received, close };
}
