import { hash } from 'node:crypto';
import { z } from 'zod';
import { constantsOf, type FieldPlace } from './field-place';

/** What makes two rows of files the same: what they contain, or that they have one place in one file. */
export const rowIdentitySchema = z.enum(['content', 'row']);

interface RowFile {
  readonly identity: z.infer<typeof rowIdentitySchema>;
  /** Of the whole file, in hex. */
  readonly sha256: string;
  /** Of a CSV, in order; null for NDJSON. */
  readonly columns: readonly string[] | null;
  /** Where rows have their device. */
  readonly device: FieldPlace;
}

const DIGEST_DIGITS = 32;
/** Longer rows are copied once more. */
const USUAL_ROW_BYTES = 4_096;

/**
 * The ids of the rows of a file, as they stand in the header `pipeline-row`.
 *
 * By content: a digest of the text of the row in UTF-8, as it stands in the file, without its line end and carriage returns
 * before it, and of what every row of the file has besides: the names of the columns, and a device with a constant, since equal
 * rows of two files are not equal if each file is that of one device. By place: the file and the number of rows before this one; a header, comments
 * and blank lines are not counted, unusable rows are.
 */
export class RowIds {
  readonly #filePrefix: string | null;
  /** Digest of what all rows have, and behind it room for a row. */
  readonly #text: Buffer;
  readonly #commonBytes: number;

  constructor({ identity, sha256, columns, device }: RowFile) {
    this.#filePrefix = identity === 'row' ? sha256.slice(0, 16) : null;
    const common = hash('sha256', JSON.stringify([columns, constantsOf(device).length === 0 ? [] : device]), 'buffer');
    this.#commonBytes = common.length;
    this.#text = Buffer.concat([common], common.length + USUAL_ROW_BYTES);
  }

  /** @param number - of rows before this one */
  idOf(row: Buffer, number: number): string {
    if (this.#filePrefix !== null) return `${this.#filePrefix}-${number}`;
    return hash('sha256', this.#textOf(row), 'hex').slice(0, DIGEST_DIGITS);
  }

  #textOf(row: Buffer): Buffer {
    const end = this.#commonBytes + row.length;
    if (end > this.#text.length) return Buffer.concat([this.#text.subarray(0, this.#commonBytes), row]);
    row.copy(this.#text, this.#commonBytes);
    return this.#text.subarray(0, end);
  }
}
