import type { FileDialect } from '../contracts/file-dialect';
import { readCsvRows, type CsvRow } from '../sources/file/csv-rows';

/** The rows of a text under a dialect, and whether a quotation mark in it is never closed. */
export interface TextRows {
  readonly rows: readonly CsvRow[];
  readonly isBroken: boolean;
}

/** Reads the beginning of a file with the file source's own reader. */
export async function textRows(text: Buffer, path: string, dialect: FileDialect): Promise<TextRows> {
  const rows: CsvRow[] = [];
  const source = { encoding: 'utf-8' as const, from: 0, chunks: once(text), lineAt: () => Promise.resolve(0) };
  try {
    for await (const group of readCsvRows({ path, text: source, dialect })) rows.push(...group);
    return { rows, isBroken: false };
  } catch {
    return { rows, isBroken: true };
  }
}

// eslint-disable-next-line @typescript-eslint/require-await
async function* once(text: Buffer): AsyncGenerator<Buffer> {
  yield text;
}
