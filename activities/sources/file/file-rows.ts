import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';
import type { FieldMapping } from '../../contracts/field-mapping';
import { columnOf, columnsOf } from '../../contracts/field-place';
import { fileDialect, type FileDialect } from '../../contracts/file-dialect';
import { parseObject } from '../../contracts/json-object';
import type { FileSource } from '../../contracts/pipeline-input';
import { RowIds } from '../../contracts/row-ids';
import type { Rejection, SourceRecord } from '../publish-batch';
import { readCsvRows, type CsvRow } from './csv-rows';
import type { FileFacts } from './file-identity';
import { openText } from './file-text';
import { readNdjsonLines, type FileRow } from './row-text';
import { LIKELY_ENCODING, type FoundEncoding } from './text-encoding';

/** A record of a file, and the byte position after it. */
export interface FileRecord extends SourceRecord {
  readonly end: number;
}

/** What is read, and how. */
export interface RecordFile {
  readonly source: FileSource;
  readonly facts: FileFacts;
  readonly fields: FieldMapping;
}

interface RowRecord extends Omit<FileRecord, 'id' | 'position'> {
  readonly row: Buffer;
}

/** What stands in decoded text for bytes that are no character. */
const REPLACEMENT = '\ufffd';
/** A JSON number. */
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads records in groups, from a byte position of the text on a record boundary; at 0 the header of a CSV is skipped.
 *
 * @param start - `rowFrom` is the number of the record at that position
 */
export async function* readRecords(
  file: FileHandle,
  { source, facts, fields }: RecordFile,
  { byteFrom, rowFrom }: { readonly byteFrom: number; readonly rowFrom: number },
): AsyncGenerator<FileRecord[]> {
  const { path } = source;
  const { columns } = facts;
  const dialect = fileDialect(source);
  const text = await openText({ file, path, facts, ...dialect }, byteFrom);
  const ids = new RowIds({ ...facts, identity: source.identity, device: fields.deviceId });
  const groups =
    columns === null
      ? mapped(readNdjsonLines(text, path), ndjsonRecords(fields))
      : mapped(readCsvRows({ path, text, dialect }), csvRecords({ columns, fields, dialect, encoding: text.encoding }));
  const headerRows = columns !== null && dialect.header === null ? 1 : 0;
  const rowsBefore = dialect.skipLines + headerRows;
  let row = byteFrom === 0 ? rowFrom - headerRows : rowFrom;
  for await (const group of groups) {
    const first = row;
    row += group.length;
    yield group.flatMap((record, index) => {
      const number = first + index;
      if (number < rowFrom) return [];
      return [{ ...record, id: ids.idOf(record.row, number), position: `row ${rowsBefore + number + 1}` }];
    });
  }
}

async function* mapped<Row>(
  groups: AsyncIterable<readonly Row[]>,
  recordOf: (row: Row) => RowRecord,
): AsyncGenerator<RowRecord[]> {
  for await (const rows of groups) yield rows.map(recordOf);
}

interface CsvColumns {
  readonly columns: readonly string[];
  readonly fields: FieldMapping;
  readonly dialect: FileDialect;
  /** Of the file, before its text became UTF-8. */
  readonly encoding: FoundEncoding;
}

/**
 * Converts CSV rows to JSON objects with the file's column names.
 *
 * Empty cells and `NA` are omitted. A JSON number in a measurement's column keeps its digits; everything else is a string, as
 * are numbers with a decimal comma, in which a point separates groups.
 */
function csvRecords({ columns, fields, dialect, encoding }: CsvColumns): (row: CsvRow) => RowRecord {
  const columnsWith = (sign: string): Set<string> =>
    new Set(fields.measurements.flatMap(({ decimal, place }) => (decimal === sign ? columnsOf(place) : [])));
  const withComma = columnsWith(',');
  const measured = columnsWith('.');
  const names = columns.map((column) => `${JSON.stringify(column)}:`);
  const numeric = columns.map((column) => measured.has(column) && !withComma.has(column));
  const firstCell = dialect.rowNames ? 1 : 0;
  const expected = { names: dialect.rowNames ? ['row name', ...columns] : columns, encoding };
  const deviceAt = columns.indexOf(columnOf(fields.deviceId) ?? '');
  return (row) => {
    const problem = rowProblem(row, expected);
    if (problem) return { key: null, value: row.bytes, row: row.bytes, end: row.end, rejection: problem };
    const cells = firstCell === 0 ? row.cells : row.cells.slice(firstCell);
    let json = '';
    cells.forEach((cell, index) => {
      if (isAbsent(cell)) return;
      json += `${json === '' ? '{' : ','}${names[index] ?? ''}${cellJson(cell, numeric[index] ?? false)}`;
    });
    const device = cells[deviceAt] ?? '';
    const value = Buffer.from(json === '' ? '{}' : `${json}}`);
    return { key: isAbsent(device) ? null : device, value, row: row.bytes, end: row.end };
  };
}

function rowProblem(
  { cells, bytes }: CsvRow,
  { names, encoding }: { readonly names: readonly string[]; readonly encoding: FoundEncoding },
): Rejection | null {
  const columnWith = (sign: string): string => {
    const name = cells.length === names.length ? names[cells.findIndex((cell) => cell.includes(sign))] : undefined;
    return name === undefined ? 'the row' : `column ${JSON.stringify(name)}`;
  };
  if (bytes.includes(0)) {
    const place = columnWith('\0');
    const detail = `Expected text in ${place}, got NUL characters, as a logger leaves that lost power.`;
    return { reason: 'NulCharacter', detail };
  }
  if (cells.length !== names.length) {
    return { reason: 'RowShape', detail: `Expected ${names.length} cells in the row, got ${cells.length}.` };
  }
  if (encoding.startsWith('utf-16')) {
    if (!bytes.includes(REPLACEMENT)) return null;
    return {
      reason: 'NotUtf16',
      detail: `Expected UTF-16 in ${columnWith(REPLACEMENT)}, got a character that is damaged.`,
    };
  }
  if (isUtf8(bytes)) return null;
  return {
    reason: 'NotUtf8',
    detail: `Expected UTF-8 in ${columnWith(REPLACEMENT)}, got other bytes. ${LIKELY_ENCODING}`,
  };
}

function isAbsent(cell: string): boolean {
  return cell === '' || cell === 'NA';
}

function cellJson(cell: string, numeric: boolean): string {
  return numeric && PLAIN_NUMBER.test(cell) ? cell : JSON.stringify(cell);
}

/** Takes NDJSON lines unchanged; the Spark job decides whether they are valid, as for topic sources. */
function ndjsonRecords({ deviceId }: FieldMapping): (row: FileRow) => RowRecord {
  const column = columnOf(deviceId);
  return ({ bytes, end }) => {
    const device = column === undefined ? undefined : parseObject(bytes)?.[column];
    return { key: typeof device === 'string' ? device : null, value: bytes, row: bytes, end };
  };
}
