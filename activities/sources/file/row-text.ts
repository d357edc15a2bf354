import { resolve } from 'node:path';
import { pipelineFailure } from '../../contracts/failures';

/** A record of a file and where it ends. */
export interface FileRow {
  /** As it stands, without the line end. */
  readonly bytes: Buffer;
  /** Byte position of the record after it. */
  readonly end: number;
}

/** A longer row is taken for a file of another shape; it would have to stand in memory as a whole. */
const MAX_ROW_BYTES = 64 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** Bytes that were read and belong to no finished row yet. */
export class RowText {
  #parts: Buffer[] = [];
  #start: number;
  #bytes = 0;

  /** @param start - byte position of what is pushed first */
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

  /**
   * Cuts off the rows that end at the given byte positions, in order.
   *
   * @throws SourceMalformed when what is left over is too long to be a row
   */
  take(ends: readonly number[]): Buffer[] {
    if (ends.length === 0 && this.#bytes <= MAX_ROW_BYTES) return [];
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
    if (this.#bytes > MAX_ROW_BYTES) throw this.#tooLong();
    return rows;
  }

  #tooLong() {
    return pipelineFailure(
      'SourceMalformed',
      `source.path: ${resolve(this.path)} has a row of more than ${MAX_ROW_BYTES} bytes at byte ${this.#start}. ` +
        'Perhaps a quotation mark is never closed, or the file is of another format.',
    );
  }
}

/** Empty lines before a row are no rows; they and the line end after it are cut off. */
function withoutLineEnds(row: Buffer): Buffer {
  let from = 0;
  let to = row.length;
  while (from < to && (row[from] === LF || row[from] === CR)) from++;
  if (to > from && row[to - 1] === LF) to--;
  if (to > from && row[to - 1] === CR) to--;
  return row.subarray(from, to);
}
