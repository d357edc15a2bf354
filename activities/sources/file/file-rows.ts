import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { FieldMapping } from '../../contracts/field-mapping';
import { parseObject } from '../../contracts/json-object';
import { fileEventId } from '../../contracts/planned-ids';
import type { Rejection, SourceRecord } from '../publish-batch';
import { readCsvRows, type CsvRow } from './csv-rows';
import { chunks, firstByte, type FileFacts } from './file-identity';
import { readNdjsonLines, type FileRow } from './row-text';

/** A record of a file, and the byte position after it. */
export interface FileRecord extends SourceRecord {
  readonly end: number;
}

type RowRecord = Omit<FileRecord, 'id' | 'position'>;

/** A JSON number. */
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads records in groups, from a byte position on a record boundary; at 0 the header of a CSV is skipped.
 *
 * @param rowFrom - number of the record at that position
 */
export async function* readRecords(
  file: FileHandle,
  { path, sha256, columns }: FileFacts & { readonly path: string },
  fields: FieldMapping,
  { byteFrom, rowFrom }: { readonly byteFrom: number; readonly rowFrom: number },
): AsyncGenerator<FileRecord[]> {
  const from = byteFrom === 0 ? await firstByte(file) : byteFrom;
  const bytes = chunks(file, path, from);
  const groups =
    columns === null
      ? mapped(readNdjsonLines(bytes, { path, from }), ndjsonRecords(fields))
      : mapped(readCsvRows(bytes, { path, from }), csvRecords(columns, fields));
  let row = columns !== null && byteFrom === 0 ? rowFrom - 1 : rowFrom;
  for await (const group of groups) {
    const first = row;
    row += group.length;
    yield group.flatMap((record, index) => {
      const number = first + index;
      return number < rowFrom ? [] : [{ ...record, id: fileEventId(sha256, number), position: `row ${number}` }];
    });
  }
}

async function* mapped<Row>(
  groups: AsyncIterable<readonly Row[]>,
  recordOf: (row: Row) => RowRecord,
): AsyncGenerator<RowRecord[]> {
  for await (const rows of groups) yield rows.map(recordOf);
}

/**
 * Converts CSV rows to JSON objects with the file's column names.
 *
 * Empty cells and `NA` are omitted. A JSON number in a measurement's column keeps its digits; everything else is a string, as
 * are numbers with a decimal comma, in which a point separates groups.
 */
function csvRecords(columns: readonly string[], fields: FieldMapping): (row: CsvRow) => RowRecord {
  const withPoint = fields.measurements.filter(({ decimal }) => decimal === '.');
  const measured = new Set(withPoint.map(({ column }) => column));
  const names = columns.map((column) => `${JSON.stringify(column)}:`);
  const numeric = columns.map((column) => measured.has(column));
  const deviceAt = columns.indexOf(fields.deviceId);
  return ({ cells, bytes, end }) => {
    const problem = shapeProblem(cells.length, columns.length, bytes);
    if (problem) return { key: null, value: bytes, end, rejection: problem };
    let json = '';
    cells.forEach((cell, index) => {
      if (isAbsent(cell)) return;
      json += `${json === '' ? '{' : ','}${names[index] ?? ''}${cellJson(cell, numeric[index] ?? false)}`;
    });
    const device = cells[deviceAt] ?? '';
    const value = Buffer.from(json === '' ? '{}' : `${json}}`);
    return { key: isAbsent(device) ? null : device, value, end };
  };
}

function shapeProblem(cells: number, columns: number, bytes: Buffer): Rejection | null {
  if (cells !== columns) return { reason: 'RowShape', detail: `Expected ${columns} cells, got ${cells}.` };
  return isUtf8(bytes) ? null : { reason: 'NotUtf8', detail: 'Expected UTF-8.' };
}

function isAbsent(cell: string): boolean {
  const trimmed = cell.trim();
  return trimmed === '' || trimmed === 'NA';
}

function cellJson(cell: string, numeric: boolean): string {
  const trimmed = cell.trim();
  return numeric && PLAIN_NUMBER.test(trimmed) ? trimmed : JSON.stringify(cell);
}

/** Takes NDJSON lines unchanged; the Spark job decides whether they are valid, as for topic sources. */
function ndjsonRecords({ deviceId }: FieldMapping): (row: FileRow) => RowRecord {
  return ({ bytes, end }) => {
    const device = parseObject(bytes)?.[deviceId];
    return { key: typeof device === 'string' ? device : null, value: bytes, end };
  };
}
