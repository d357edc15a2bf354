import type { FileDialect } from '../../contracts/file-dialect';

const LF = 0x0a;
const CR = 0x0d;
/** Tab, LF, form feed, CR and space. */
const BLANKS: readonly number[] = [0x09, LF, 0x0c, 0x0d, 0x20];

type Signs = Pick<FileDialect, 'delimiter' | 'quote' | 'comment'>;

/** Returns where the row begins in bytes that begin with any number of blank lines, comments and carriage returns. */
export function rowStart(bytes: Buffer, signs: Signs): number {
  let start = lineStart(bytes, signs);
  while (bytes[start] === CR) start++;
  return start;
}

function lineStart(bytes: Buffer, signs: Signs): number {
  const comment = signs.comment === null ? null : Buffer.from(signs.comment);
  const mayBeSkipped = (byte: number | undefined): boolean => isBlank(byte, signs) || byte === comment?.[0];
  let start = 0;
  while (mayBeSkipped(bytes[start])) {
    const first = firstOfLine(bytes, start, signs);
    const isSkipped = bytes[first] === LF || (comment !== null && startsWith(bytes, first, comment));
    const lineEnd = bytes.indexOf(LF, first);
    if (!isSkipped || lineEnd < 0) return start;
    start = lineEnd + 1;
  }
  return start;
}

/** Returns where the quotation mark is that opens the first cell of these bytes with one; −1 if there is none. */
export function openingQuote(bytes: Buffer, signs: Signs): number {
  return signs.quote === null ? -1 : bytes.indexOf(signs.quote, rowStart(bytes, signs));
}

function firstOfLine(bytes: Buffer, start: number, signs: Signs): number {
  let at = start;
  while (bytes[at] !== LF && isBlank(bytes[at], signs)) at++;
  return at;
}

function isBlank(byte: number | undefined, { delimiter }: Signs): boolean {
  return byte !== undefined && BLANKS.includes(byte) && byte !== delimiter.charCodeAt(0);
}

function startsWith(bytes: Buffer, at: number, sign: Buffer): boolean {
  return bytes.subarray(at, at + sign.length).equals(sign);
}
