import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import type { Choice } from './choice';
import type { Dialect } from './odd-settings';
import { oddText, ODD_VALUES } from './odd-values';

const COLUMNS = ['deviceId', 'timestamp', 'temperature', 'humidity', 'text', 'extra'] as const;
const MAX_ROWS = 20;

/** Bytes of a file in a dialect, with odd cells, broken quotes, damaged rows, and perhaps a damaged end. */
export function oddFile(choice: Choice, dialect: Dialect): Buffer {
  const columns = COLUMNS.filter(() => choice.happens(0.9));
  const rows = choice.times(0, MAX_ROWS, () => columns.map((column) => oddText(choice, column)));
  const lines = dialect.format === 'csv' ? csvLines(choice, dialect, columns, rows) : jsonLines(choice, columns, rows);
  const text = lines.join(choice.of(['\n', '\n', '\r\n'])) + choice.of(['\n', '', '\n\n']);
  return damaged(choice, encoded(choice, dialect, text));
}

function csvLines(
  choice: Choice,
  { delimiter, titles }: Dialect,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
  const written = (cell: string): string => {
    const needsQuotes = cell.includes(delimiter) || /["\r\n]/.test(cell);
    return needsQuotes ? (choice.happens(0.9) ? quoted(cell) : cell) : choice.happens(0.1) ? quoted(cell) : cell;
  };
  const lines = [columns, ...rows].map((row) => row.map(written).join(delimiter));
  const odd = lines.map((line) =>
    choice.happens(0.03) ? choice.of([`${line}${delimiter}more`, 'alone', '', ' ']) : line,
  );
  return [...Array.from({ length: titles }, (_, at) => `Title ${at}`), ...odd];
}

function jsonLines(choice: Choice, columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.map((row) => {
    const entries = columns.map(
      (column, at) => [column, choice.happens(0.1) ? choice.of(ODD_VALUES) : row[at]] as const,
    );
    const line = JSON.stringify(Object.fromEntries(entries));
    return choice.happens(0.05) ? choice.of([line.slice(0, -3), `[${line}]`, '', 'null', `${line}${line}`]) : line;
  });
}

function encoded(choice: Choice, { encoding }: Dialect, text: string): Buffer {
  const name = encoding === 'utf-16' ? choice.of(['utf-16le', 'utf-16be']) : encoding;
  return iconv.encode(text, name, { addBOM: encoding === 'utf-16' ? choice.happens(0.9) : choice.happens(0.2) });
}

function damaged(choice: Choice, bytes: Buffer): Buffer {
  const cut = choice.happens(0.05) ? bytes.subarray(0, Math.max(0, bytes.length - 5)) : bytes;
  const noisy = Buffer.from(cut);
  if (choice.happens(0.1) && noisy.length > 0) {
    noisy[Math.floor(choice.random() * noisy.length)] = choice.of([0, 0xff, 0xc3, 0x22, 0x0a]);
  }
  if (!choice.happens(0.15)) return noisy;
  const packed = gzipSync(noisy);
  return choice.happens(0.2) ? packed.subarray(0, packed.length - 7) : packed;
}
