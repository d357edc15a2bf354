import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import type { FieldMapping } from '../contracts/field-mapping';
import { pipelineFailure } from '../contracts/failures';
import { parseObject } from '../contracts/json-object';
import type { FileSource } from '../contracts/pipeline-input';
import type { PipelinePlan } from '../contracts/plan';
import { readCsvRows, type CsvRow } from './file/csv-rows';
import { chunks, firstByte, identify, openFile, type FileFacts } from './file/file-identity';
import { readNdjsonLines, type FileRow } from './file/row-text';
import { sourceOf } from './publish-batch';

/**
 * Reads the whole file for its identity, and its first row for its shape.
 *
 * @throws SourceMissing when there is no such file, or it cannot be read, or it is a folder
 * @throws SourceMalformed when it is empty, lacks columns that the mapping names, or does not have its format
 * @throws SourceChanged when it changes meanwhile
 */
export async function inspectFile({ plan }: { readonly plan: PipelinePlan }): Promise<FileFacts> {
  const source = sourceOf(plan, 'file');
  const { path, format } = source;
  const file = await openFile(path);
  try {
    const from = await firstByte(file);
    const bytes = chunks(file, path, from);
    const columns =
      format === 'csv'
        ? csvColumns(await first(readCsvRows(bytes, { path, from })), source, plan.rules.fields)
        : noColumns(await first(readNdjsonLines(bytes, { path, from })), path);
    const identity = await identify(file, path, () => {
      Context.current().heartbeat();
    });
    return { ...identity, columns };
  } finally {
    await file.close();
  }
}

function csvColumns(header: CsvRow | null, { path, fields: given }: FileSource, fields: FieldMapping): string[] {
  if (header === null) throw malformed(path, 'Expected a header line with column names; the file is empty.');
  if (!isUtf8(header.bytes)) throw malformed(path, 'Expected UTF-8; the header line is not.');
  // A column without a name is called by its number, the first being `column1`.
  const columns = header.cells.map((name, index) => (name.trim() === '' ? `column${index + 1}` : name));
  const problems = columnProblems(columns, given, fields);
  if (problems.length > 0) throw malformed(path, ...problems);
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

function noColumns(line: FileRow | null, path: string): null {
  if (line !== null && parseObject(line.bytes) !== undefined) return null;
  const found = line === null ? 'the file is empty' : 'the first line that is not empty has none';
  throw malformed(path, `Expected a JSON object on every line; ${found}.`);
}

async function first<Row>(groups: AsyncIterable<readonly Row[]>): Promise<Row | null> {
  for await (const [row] of groups) if (row !== undefined) return row;
  return null;
}

function malformed(path: string, ...problems: readonly string[]): ApplicationFailure {
  const message = `source.path: ${resolve(path)} cannot be read. ${problems.join(' ')}`;
  return pipelineFailure('SourceMalformed', message, { path });
}
