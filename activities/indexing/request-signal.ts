import type { Context } from '@temporalio/activity';

/** Requests in flight may end for so long after a cancellation. */
const CANCEL_GRACE_MS = 800;

/** Aborts requests soon after a cancellation, but lets those in flight finish when the worker shuts down. */
export function requestSignal(context: Context): AbortSignal {
  const { cancellationSignal } = context;
  const abort = new AbortController();
  const onCancel = (): void => {
    if (context.cancellationDetails?.workerShutdown === true) return;
    setTimeout(() => {
      abort.abort(cancellationSignal.reason);
    }, CANCEL_GRACE_MS).unref();
  };
  if (cancellationSignal.aborted) onCancel();
  else cancellationSignal.addEventListener('abort', onCancel, { once: true });
  return abort.signal;
}
