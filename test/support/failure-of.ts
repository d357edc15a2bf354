import { ApplicationFailure } from '@temporalio/common';

/**
 * Returns the failure for which a workflow failed: the client's error and the failures of child workflows and activities
 * wrap it, and it may wrap an error of a client library.
 */
export async function failureOf(result: Promise<unknown>): Promise<unknown> {
  let failure: unknown = await result.then(
    () => new Error('expected the workflow to fail'),
    (reason: unknown) => reason,
  );
  while (failure instanceof Error && !(failure instanceof ApplicationFailure) && failure.cause !== undefined) {
    failure = failure.cause;
  }
  return failure;
}
