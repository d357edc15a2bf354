import { Context } from '@temporalio/activity';

/** Each heartbeat that reaches Temporal is billed; a cancellation comes with the answer to one. */
const HEARTBEAT_MS = 10_000;

export interface ProofSteps {
  readonly signal: AbortSignal;
  /** To be called with what is done next. */
  readonly onStep: (step: string) => void;
}

/** Runs the work of an activity, whose heartbeat tells its step. */
export async function withSteps<T>(work: (steps: ProofSteps) => Promise<T>): Promise<T> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  const progress = { step: 'starting' };
  const heartbeat = setInterval(() => {
    context.heartbeat(progress);
  }, HEARTBEAT_MS);
  const onStep = (step: string): void => {
    signal.throwIfAborted();
    progress.step = step;
  };
  try {
    return await work({ signal, onStep });
  } finally {
    clearInterval(heartbeat);
  }
}
