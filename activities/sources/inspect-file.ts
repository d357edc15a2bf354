import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import type { PipelinePlan } from '../contracts/plan';
import type { FileSource } from '../contracts/pipeline-input';
import { pipelineFailure } from '../contracts/failures';
import { columnNames, columnProblems } from './file/column-check';
import { readCsvRows } from './file/csv-rows';
import { chunks, identify, openFile, type FileIdentity } from './file/file-identity';
import { beginning } from './file/file-rows';
import { readNdjsonLines } from './file/ndjson-lines';
import { fieldsOf } from './file/row-record';

/** What is known of a file before any of it is published. */
export interface FileFacts extends FileIdentity {
  /** Of a CSV, in order; null for NDJSON. */
  readonly columns: readonly string[] | null;
}

/** The file source of a plan. */
export function fileSourceOf({ source }: PipelinePlan): FileSource {
  if (source.kind === 'file') return source;
  throw pipelineFailure('InvalidInput', `source.kind: expected file, got ${source.kind}`);
}

export interface InspectFileInput {
  readonly plan: PipelinePlan;
}

/**
 * Reads a file once for its identity, and its beginning for its shape.
 *
 * @throws SourceMissing when there is no such file, or it may not be read, or it is a folder
 * @throws SourceMalformed when it is empty, lacks columns that the mapping names, or is not of its format
 * @throws SourceChanged when it changes meanwhile
 */
export async function inspectFile({ plan }: InspectFileInput): Promise<FileFacts> {
  const source = fileSourceOf(plan);
  const file = await openFile(source.path);
  try {
    const columns = source.format === 'csv' ? await csvColumns(file, source, plan) : await noColumns(file, source);
    const identity = await identify(file, source.path, () => {
      Context.current().heartbeat();
    });
    return { ...identity, columns };
  } finally {
    await file.close();
  }
}

async function csvColumns(file: FileHandle, { path, fields }: FileSource, { rules }: PipelinePlan): Promise<string[]> {
  const from = await beginning(file);
  const header = await first(readCsvRows(chunks(file, path, from), { path, from }));
  if (header === null) throw malformed(path, ['Expected a header line with column names; the file is empty.']);
  if (!isUtf8(header.bytes)) throw malformed(path, ['Expected UTF-8; the header line is not.']);
  const columns = columnNames(header.cells);
  const problems = columnProblems(columns, fields, rules.fields);
  if (problems.length > 0) throw malformed(path, problems);
  return columns;
}

async function noColumns(file: FileHandle, { path }: FileSource): Promise<null> {
  const from = await beginning(file);
  const line = await first(readNdjsonLines(chunks(file, path, from), { path, from }));
  if (line === null) throw malformed(path, ['Expected a JSON object on every line; the file is empty.']);
  if (fieldsOf(line.bytes) === null) {
    throw malformed(path, ['Expected a JSON object on every line; the first line that is not empty holds none.']);
  }
  return null;
}

async function first<Row>(groups: AsyncIterable<readonly Row[]>): Promise<Row | null> {
  for await (const [row] of groups) if (row !== undefined) return row;
  return null;
}

function malformed(path: string, problems: readonly string[]): ApplicationFailure {
  return pipelineFailure('SourceMalformed', `source.path: ${resolve(path)} cannot be read. ${problems.join(' ')}`, {
    path,
  });
}
