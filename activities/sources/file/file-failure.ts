import { resolve } from 'node:path';
import type { ApplicationFailure } from '@temporalio/common';
import { pipelineFailure } from '../../contracts/failures';

const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist on this machine. Give the path of a file that the worker can see.',
  ENOTDIR: 'does not exist on this machine. Give the path of a file that the worker can see.',
  EACCES: 'may not be read by the worker. Give its user the right to read it.',
  EPERM: 'may not be read by the worker. Give its user the right to read it.',
  EISDIR: 'is a folder. Give the path of a file.',
};

/** Turns what the file system threw into a row of the failure table. */
export function fileFailure(error: unknown, path: string): ApplicationFailure {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const meaning = MEANINGS[code];
  if (meaning !== undefined)
    return pipelineFailure('SourceMissing', `source.path: ${resolve(path)} ${meaning}`, { path, cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return pipelineFailure('ServiceUnavailable', `source.path: ${resolve(path)} could not be read (${reason}).`, {
    path,
    cause: error,
  });
}
