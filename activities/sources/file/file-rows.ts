import type { FileHandle } from 'node:fs/promises';
import { fileEventId } from '../../contracts/planned-ids';
import type { FieldMapping } from '../../contracts/field-mapping';
import type { SourceRecord } from '../publish-batch';
import { readCsvRows } from './csv-rows';
import { chunks, firstByte, type FileFacts } from './file-identity';
import { csvRecords, ndjsonRecords, type RowRecord } from './row-record';
import { readNdjsonLines, type FileRow } from './row-text';

/** A record of a file, and the byte position after it. */
export interface FileRecord extends SourceRecord {
  readonly end: number;
}

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

async function* mapped<Row extends FileRow>(
  groups: AsyncIterable<readonly Row[]>,
  recordOf: (row: Row) => RowRecord,
): AsyncGenerator<(RowRecord & { readonly end: number })[]> {
  for await (const rows of groups) yield rows.map((row) => ({ ...recordOf(row), end: row.end }));
}
