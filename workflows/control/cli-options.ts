import { upsertMemo, workflowInfo } from '@temporalio/workflow';

const NAME = 'temporalOptions';

/**
 * Keeps in the memo of a workflow with which options a `temporal` command reaches its server.
 *
 * @param options - each after a space; empty if it needs none
 */
export function keepCliOptions(options = ''): void {
  if (options !== '') upsertMemo({ [NAME]: options });
}

/** The options that the commands need which this workflow shows, each after a space. */
export function cliOptions(): string {
  const { [NAME]: options } = workflowInfo().memo ?? {};
  return typeof options === 'string' ? options : '';
}

/** For the options of a child, so that the commands that it shows have them too. */
export function memoForChild(): { memo?: Record<string, unknown> } {
  const options = cliOptions();
  return options === '' ? {} : { memo: { [NAME]: options } };
}
