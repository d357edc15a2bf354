import { appendFileSync, createReadStream, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { scratchFailure } from './scratch-folder';

const BUFFER_BYTES = 8 * 1024;
const READ_BYTES = 256 * 1024;

/** A file of lines that is first written, in small buffers, and then read back in constant memory. */
export class BucketFile {
  #buffer: Buffer | null = null;
  #used = 0;
  #bytes: number;

  /** @param bytes - of the file, if it exists already; what is behind them is cut off */
  constructor(
    readonly path: string,
    bytes = 0,
  ) {
    this.#bytes = bytes;
    if (bytes > 0) truncateSync(path, bytes);
  }

  /**
   * Appends a line. A full buffer is written synchronously: that blocks for about ten microseconds and saves a second
   * buffer.
   *
   * @throws ServiceUnavailable when the disk cannot be written
   */
  append(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#used + bytes > BUFFER_BYTES) this.flush();
    if (bytes > BUFFER_BYTES) {
      this.#write(line);
      return;
    }
    this.#buffer ??= Buffer.allocUnsafe(BUFFER_BYTES);
    this.#used += this.#buffer.write(line, this.#used);
  }

  /** Writes the buffer and returns the bytes of the file. */
  flush(): number {
    if (this.#buffer !== null && this.#used > 0) this.#write(this.#buffer.subarray(0, this.#used));
    this.#buffer = null;
    this.#used = 0;
    return this.#bytes;
  }

  /**
   * Yields the lines without their ends, several thousand at a time.
   *
   * @throws ServiceUnavailable when the disk cannot be read
   */
  async *lines(): AsyncGenerator<readonly string[]> {
    let rest = '';
    try {
      for await (const chunk of createReadStream(this.path, { encoding: 'utf8', highWaterMark: READ_BYTES })) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        yield lines;
      }
    } catch (error) {
      throw scratchFailure(error);
    }
  }

  #write(lines: Buffer | string): void {
    try {
      if (this.#bytes > 0) appendFileSync(this.path, lines);
      else {
        mkdirSync(dirname(this.path), { recursive: true });
        // Replaces what somebody who was killed has left.
        writeFileSync(this.path, lines);
      }
      this.#bytes += Buffer.byteLength(lines);
    } catch (error) {
      throw scratchFailure(error);
    }
  }
}
