import { resolve } from 'node:path';
import type { Client } from '@elastic/elasticsearch';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { FieldMapping } from '../contracts/field-mapping';
import { columnsOf } from '../contracts/field-place';
import { pipelineFailure } from '../contracts/failures';
import { fileDialect } from '../contracts/file-dialect';
import { parseObject } from '../contracts/json-object';
import type { FileSource } from '../contracts/pipeline-input';
import type { PipelinePlan } from '../contracts/plan';
import { csvHeader, HEADER_ROWS } from './file/csv-header';
import { readCsvRows, type CsvRow } from './file/csv-rows';
import { identify, openFile, type FileFacts } from './file/file-identity';
import { openText, textBytes, type FileText } from './file/file-text';
import { readNdjsonLines, type FileRow } from './file/row-text';
import { lastLineNotes } from './last-line-notes';
import { sourceOf } from './publish-batch';

/**
 * Reads the file as long as it is now for its identity, and its first rows for its shape. Earlier runs are looked for if a
 * last line that they read may have been a part of one.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws SourceMissing when there is no such file, or it cannot be read, or it is a folder
 * @throws SourceMalformed when it is empty, lacks columns that the mapping names, or does not have its format or dialect
 * @throws SourceChanged when it changes meanwhile and does not just grow, or is compressed
 */
export async function inspectFile(
  { elasticsearch }: { readonly elasticsearch: Client },
  { plan }: { readonly plan: PipelinePlan },
): Promise<FileFacts> {
  const source = sourceOf(plan, 'file');
  const { path, format } = source;
  const file = await openFile(path);
  try {
    const content = { file, path, ...fileDialect(source) };
    const text = await openText(content, 0);
    const columns =
      format === 'csv'
        ? await csvColumns(text, source, plan.rules.fields)
        : noColumns((await firstRows(readNdjsonLines(text, path), 1))[0], path);
    const identity = await identify(file, path, await textBytes(content), () => {
      Context.current().heartbeat();
    });
    const facts = { ...identity, columns, notes: [] };
    return { ...facts, notes: await lastLineNotes(elasticsearch, { plan, file, facts }) };
  } finally {
    await file.close();
  }
}

async function csvColumns(text: FileText, source: FileSource, fields: FieldMapping): Promise<readonly string[]> {
  const { path, fields: given } = source;
  const dialect = fileDialect(source);
  const rows: readonly CsvRow[] = await firstRows(readCsvRows({ path, text, dialect }), HEADER_ROWS);
  const header = csvHeader(rows, dialect);
  if (header === null) throw malformed(path, 'Expected a header line with column names; the file is empty.');
  const { columns } = header;
  // A single column that should be several has none of the names.
  const isDivided = header.problems.length === 0 || columns.length > 1;
  const problems = [...header.problems, ...(isDivided ? columnProblems(columns, given, fields) : [])];
  if (problems.length > 0) throw malformed(path, ...problems);
  return columns;
}

/** Returns why a CSV with these columns cannot be read with this mapping, one sentence per problem. */
function columnProblems(columns: readonly string[], given: FileSource['fields'], fields: FieldMapping): string[] {
  const problems: string[] = [];
  const measured = fields.measurements.map(({ place }) => place);
  const named = fields.measurements.filter(({ name }) => name in given).map(({ place }) => place);
  const places = [
    ...[fields.deviceId, fields.timestamp, ...named],
    ...(['text', 'eventId'] as const).filter((field) => field in given).map((field) => fields[field]),
    ...(fields.measurementName === null ? [] : [fields.measurementName, ...measured]),
  ];
  const required = new Set(places.flatMap(columnsOf));
  const missing = [...required].filter((name) => !columns.includes(name));
  const candidates = measured.flatMap(columnsOf);
  // Without a header line, the first row has values, which have no place in a message.
  const isHeader = [...required, ...candidates].some((name) => columns.includes(name));
  const existing = isHeader
    ? `there are ${quoted(columns)}`
    : `the first line has ${columns.length} cells and none of them. If it is no header, set source.header`;
  const repeated = isHeader ? columns.filter((name, index) => columns.indexOf(name) !== index) : [];
  if (repeated.length > 0) problems.push(`Expected column names that differ, got ${quoted(repeated)} more than once.`);
  if (missing.length > 0) problems.push(`Expected the columns ${quoted(missing)}; ${existing}.`);
  if (!candidates.some((name) => columns.includes(name))) {
    problems.push(`Expected a column of at least one measurement (${quoted(candidates)}); ${existing}.`);
  }
  return problems;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}

function noColumns(line: FileRow | undefined, path: string): null {
  if (line !== undefined && parseObject(line.bytes) !== undefined) return null;
  const found = line === undefined ? 'the file is empty' : 'the first line that is not empty has none';
  throw malformed(path, `Expected a JSON object on every line; ${found}.`);
}

/**
 * Returns all rows of the first groups that have `count` together; fewer only if the file has no more, or what follows
 * cannot be divided into rows, which fails once those before are published.
 */
async function firstRows<Row>(groups: AsyncIterable<readonly Row[]>, count: number): Promise<Row[]> {
  const rows: Row[] = [];
  try {
    for await (const group of groups) {
      for (const row of group) rows.push(row);
      if (rows.length >= count) break;
    }
  } catch (error) {
    const isAfterRows = error instanceof ApplicationFailure && error.type === 'SourceMalformed' && rows.length > 1;
    if (!isAfterRows) throw error;
  }
  return rows;
}

function malformed(path: string, ...problems: readonly string[]): ApplicationFailure {
  const message = `source.path: ${resolve(path)} cannot be read. ${problems.join(' ')}`;
  return pipelineFailure('SourceMalformed', message, { path });
}
