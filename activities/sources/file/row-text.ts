import { resolve } from 'node:path';
import { pipelineFailure } from '../../contracts/failures';
import type { FileText } from './file-text';

/** A record of a file and where it ends. */
export interface FileRow {
  /** Unchanged, without the line end. */
  readonly bytes: Buffer;
  /** Byte position of the next record. */
  readonly end: number;
}

/** Rows are held in memory; a longer one means that the file has another format. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Reads the lines of an NDJSON file unchanged; empty lines are not rows.
 *
 * @param text - begins at a line
 * @throws SourceMalformed when a line is too long to be a row
 */
export async function* readNdjsonLines(
  { chunks, from }: Pick<FileText, 'chunks' | 'from'>,
  path: string,
): AsyncGenerator<FileRow[]> {
  const text = new RowText(path, from);
  let position = from;
  const take = (ends: readonly number[]): FileRow[] =>
    text.take(ends).flatMap((bytes, index) => (bytes.length > 0 ? [{ bytes, end: ends[index] ?? position }] : []));
  let open = false;
  for await (const chunk of chunks) {
    const ends: number[] = [];
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) ends.push(position + at + 1);
    text.push(chunk);
    position += chunk.length;
    open = ends.at(-1) !== position;
    yield take(ends);
    text.assertRow();
  }
  if (open) yield take([position]);
}

/** Buffers the bytes that do not belong to a complete row yet. */
export class RowText {
  #parts: Buffer[] = [];
  #start: number;
  #bytes = 0;

  /** @param start - byte position of the first pushed chunk */
  constructor(
    private readonly path: string,
    start: number,
  ) {
    this.#start = start;
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
  }

  /** Number of bytes that are not taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Removes and returns the rows that end at the given byte positions, in order. */
  take(ends: readonly number[]): Buffer[] {
    if (ends.length === 0) return [];
    const text = Buffer.concat(this.#parts);
    let from = 0;
    const rows = ends.map((end) => {
      const row = text.subarray(from, end - this.#start);
      from = end - this.#start;
      return withoutLineEnds(row);
    });
    const rest = text.subarray(from);
    this.#parts = [rest];
    this.#bytes = rest.length;
    this.#start += from;
    return rows;
  }

  /** Returns what is not taken, from a byte position on. */
  rest(position: number): Buffer {
    return Buffer.concat(this.#parts).subarray(Math.max(0, position - this.#start));
  }

  /** @throws SourceMalformed when what is not taken is too long to be a row */
  assertRow(): void {
    if (this.#bytes <= MAX_ROW_BYTES) return;
    const message =
      `source.path: ${resolve(this.path)} has a line of more than ${MAX_ROW_BYTES} bytes at byte ${this.#start}. ` +
      'Expected a JSON object on every line: convert the file to NDJSON.';
    throw pipelineFailure('SourceMalformed', message, { path: this.path });
  }
}

/** Removes empty lines before a row and the line end after it. */
function withoutLineEnds(row: Buffer): Buffer {
  let from = 0;
  let to = row.length;
  while (from < to && (row[from] === LF || row[from] === CR)) from++;
  if (to > from && row[to - 1] === LF) to--;
  if (to > from && row[to - 1] === CR) to--;
  return row.subarray(from, to);
}
