import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { fileDialect } from '../contracts/file-dialect';
import type { PipelinePlan } from '../contracts/plan';
import { earlierRead, type EarlierRead } from './earlier-read';
import { digestOf, type FileFacts } from './file/file-identity';
import { readRecords, type FileRecord } from './file/file-rows';
import { textBytes, type TextBytes } from './file/file-text';
import { lineAt } from './file/last-line';
import { sourceOf } from './publish-batch';

/**
 * Says whether the last line of a file has no end, and whether one that an earlier run has read goes on by now.
 *
 * A last line without an end is a row like all others, since the files of many programs end so. Of a file that is still
 * being written it may be a part of a row; then the next run reads the whole row as another one, and names the part.
 */
export async function lastLineNotes(
  elasticsearch: Client,
  { plan, file, facts }: { readonly plan: PipelinePlan; readonly file: FileHandle; readonly facts: FileFacts },
): Promise<readonly string[]> {
  const source = sourceOf(plan, 'file');
  const { path } = source;
  const { mayGrow, encoding } = await textBytes({ file, path, ...fileDialect(source) });
  if (!mayGrow || facts.bytes === 0) return [];
  const { isEnd } = await lineAt(file, encoding, facts.bytes);
  const open = isEnd
    ? []
    : [
        `The last line of ${resolve(path)} has no line end and is read as a row. If the file is still being written, the ` +
          'next run names the part of a row that this one has read.',
      ];
  const earlier = await earlierRead(elasticsearch, plan, path);
  return earlier === null ? open : [...open, ...(await partNotes({ plan, file, facts, encoding }, earlier))];
}

interface GrownFile {
  readonly plan: PipelinePlan;
  readonly file: FileHandle;
  readonly facts: FileFacts;
  readonly encoding: TextBytes['encoding'];
}

/** Of the row that an earlier run has read a part of; the same file must only have grown since. */
async function partNotes(
  { plan, file, facts, encoding }: GrownFile,
  { run, bytes, sha256 }: EarlierRead,
): Promise<readonly string[]> {
  const source = sourceOf(plan, 'file');
  const { path } = source;
  if (bytes >= facts.bytes) return [];
  const { isEnd, goesOn } = await lineAt(file, encoding, bytes);
  if (isEnd || !goesOn) return [];
  const heartbeat = (): void => {
    Context.current().heartbeat();
  };
  if ((await digestOf(file, path, bytes, heartbeat)) !== sha256) return [];
  const read = { source, facts: { ...facts, bytes, sha256 }, fields: plan.rules.fields };
  let part: FileRecord | undefined;
  for await (const group of readRecords(file, read, { byteFrom: 0, rowFrom: 0 })) {
    part = group.at(-1) ?? part;
    heartbeat();
  }
  if (part === undefined) return [];
  return [
    `Run ${run} has read only a part of ${part.position} of ${resolve(path)}, which had no line end then. What it made of ` +
      `the part stays, under the row id ${part.id}; this run reads the whole row.`,
  ];
}
