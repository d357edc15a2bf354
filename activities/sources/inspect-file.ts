import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import type { FieldMapping } from '../contracts/field-mapping';
import type { PipelinePlan } from '../contracts/plan';
import type { FileSource } from '../contracts/pipeline-input';
import { pipelineFailure } from '../contracts/failures';
import { readCsvRows } from './file/csv-rows';
import { chunks, identify, openFile, type FileIdentity } from './file/file-identity';
import { firstByte } from './file/file-rows';
import { fieldsOf } from './file/row-record';
import { readNdjsonLines } from './file/row-text';

/** The identity and shape of a file before it is published. */
export interface FileFacts extends FileIdentity {
  /** Of a CSV, in order; null for NDJSON. */
  readonly columns: readonly string[] | null;
}

/** Returns the file source of a plan. */
export function fileSourceOf({ source }: PipelinePlan): FileSource {
  if (source.kind === 'file') return source;
  throw pipelineFailure('InvalidInput', `source.kind: expected file, got ${source.kind}`);
}

export interface InspectFileInput {
  readonly plan: PipelinePlan;
}

/**
 * Reads the whole file for its identity, and its first row for its shape.
 *
 * @throws SourceMissing when there is no such file, or it cannot be read, or it is a folder
 * @throws SourceMalformed when it is empty, lacks columns that the mapping names, or does not have its format
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
  const from = await firstByte(file);
  const header = await first(readCsvRows(chunks(file, path, from), { path, from }));
  if (header === null) throw malformed(path, ['Expected a header line with column names; the file is empty.']);
  if (!isUtf8(header.bytes)) throw malformed(path, ['Expected UTF-8; the header line is not.']);
  // A column without a name is called by its number, the first being `column1`.
  const columns = header.cells.map((name, index) => (name.trim() === '' ? `column${index + 1}` : name));
  const problems = columnProblems(columns, fields, rules.fields);
  if (problems.length > 0) throw malformed(path, problems);
  return columns;
}

/** Returns why a CSV with these columns cannot be read with this mapping, one sentence per problem. */
function columnProblems(columns: readonly string[], given: FileSource['fields'], fields: FieldMapping): string[] {
  const existing = quoted(columns);
  const problems: string[] = [];
  const repeated = columns.filter((name, index) => columns.indexOf(name) !== index);
  if (repeated.length > 0) problems.push(`Expected column names that differ, got ${quoted(repeated)} more than once.`);
  const named = Object.values(given).map((column) => (typeof column === 'string' ? column : column.column));
  const required = new Set([fields.deviceId, fields.timestamp, ...named]);
  const missing = [...required].filter((name) => !columns.includes(name));
  if (missing.length > 0) problems.push(`Expected the columns ${quoted(missing)}; there are ${existing}.`);
  const measured = fields.measurements.map(({ column }) => column);
  if (!measured.some((name) => columns.includes(name))) {
    problems.push(`Expected a column of at least one measurement (${quoted(measured)}); there are ${existing}.`);
  }
  if (problems.length > 0 && columns.length === 1 && /[;\t|]/.test(columns[0] ?? '')) {
    problems.push('The columns of a CSV are separated by commas.');
  }
  return problems;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

async function noColumns(file: FileHandle, { path }: FileSource): Promise<null> {
  const from = await firstByte(file);
  const line = await first(readNdjsonLines(chunks(file, path, from), { path, from }));
  if (line === null) throw malformed(path, ['Expected a JSON object on every line; the file is empty.']);
  if (fieldsOf(line.bytes) === null) {
    throw malformed(path, ['Expected a JSON object on every line; the first line that is not empty has none.']);
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
