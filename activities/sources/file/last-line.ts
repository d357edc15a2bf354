import type { FileHandle } from 'node:fs/promises';
import type { FoundEncoding } from './text-encoding';

const LF = 0x0a;

/** What stands before a byte position of a file, and behind it. */
export interface LineAt {
  /** Whether a line ends there, or nothing is before it. */
  readonly isEnd: boolean;
  /** Whether more of the same line stands behind it, and not just its end. */
  readonly goesOn: boolean;
}

/** Looks at the line before a byte position of a text that is not compressed. */
export async function lineAt(file: FileHandle, encoding: FoundEncoding, position: number): Promise<LineAt> {
  const width = encoding.startsWith('utf-16') ? 2 : 1;
  const unitAt = async (at: number): Promise<number | null> => {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(width), position: at });
    if (bytesRead < width) return null;
    return width === 1 ? buffer.readUInt8() : encoding === 'utf-16le' ? buffer.readUInt16LE() : buffer.readUInt16BE();
  };
  const isEnd = position < width || (await unitAt(position - width)) === LF;
  const [next, after] = [await unitAt(position), await unitAt(position + width)];
  const isLineEnd = next === LF || (next === 0x0d && (after === LF || after === null));
  return { isEnd, goesOn: next !== null && !isLineEnd };
}
