import { isUtf8 } from 'node:buffer';
import type { FieldMapping } from '../../contracts/field-mapping';
import { parseObject } from '../../contracts/json-object';
import type { Rejection, SourceRecord } from '../publish-batch';
import type { CsvRow } from './csv-rows';
import type { FileRow } from './row-text';

/** A record without its id and position. */
export type RowRecord = Pick<SourceRecord, 'key' | 'value' | 'rejection'>;

/** A JSON number. */
const PLAIN_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Converts CSV rows to JSON objects with the file's column names.
 *
 * Empty cells and `NA` are omitted. A JSON number in a measurement's column keeps its digits; everything else is a string.
 */
export function csvRecords(columns: readonly string[], fields: FieldMapping): (row: CsvRow) => RowRecord {
  const measured = new Set(fields.measurements.map(({ column }) => column));
  const names = columns.map((column) => `${JSON.stringify(column)}:`);
  const numeric = columns.map((column) => measured.has(column));
  const deviceAt = columns.indexOf(fields.deviceId);
  return ({ cells, bytes }) => {
    const problem = shapeProblem(cells.length, columns.length, bytes);
    if (problem) return { key: null, value: bytes, rejection: problem };
    let json = '';
    cells.forEach((cell, index) => {
      if (isAbsent(cell)) return;
      json += `${json === '' ? '{' : ','}${names[index] ?? ''}${cellJson(cell, numeric[index] ?? false)}`;
    });
    const device = cells[deviceAt] ?? '';
    return { key: isAbsent(device) ? null : device, value: Buffer.from(json === '' ? '{}' : `${json}}`) };
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
export function ndjsonRecords({ deviceId }: FieldMapping): (row: FileRow) => RowRecord {
  return ({ bytes }) => {
    const device = parseObject(bytes)?.[deviceId];
    return { key: typeof device === 'string' ? device : null, value: bytes };
  };
}
