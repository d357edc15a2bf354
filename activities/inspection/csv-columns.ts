import { fileDialect } from '../contracts/file-dialect';
import type { FileSource } from '../contracts/pipeline-input';
import { csvHeader, HEADER_ROWS } from '../sources/file/csv-header';
import { readCsvRows } from '../sources/file/csv-rows';
import { openFile } from '../sources/file/file-identity';
import { openText } from '../sources/file/file-text';
import { firstRows } from './first-rows';

/** Returns the columns of a CSV as the file source finds them; null for NDJSON. */
export async function csvColumnsOf(source: FileSource): Promise<readonly string[] | null> {
  if (source.format === 'ndjson') return null;
  const { path } = source;
  const dialect = fileDialect(source);
  const file = await openFile(path);
  try {
    const text = await openText({ file, path, ...dialect }, 0);
    const { rows } = await firstRows(readCsvRows({ path, text, dialect }), ({ bytes }) => bytes, HEADER_ROWS);
    return csvHeader(rows, dialect)?.columns ?? [];
  } finally {
    await file.close();
  }
}
