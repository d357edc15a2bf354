import { appendFileSync, createReadStream, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { scratchFailure } from './scratch-folder';

const BUFFER_BYTES = 8 * 1024;
const READ_BYTES = 256 * 1024;

/** A file of lines that is first written, in small buffers, and then read back in constant memory. */
export class BucketFile {
  #buffer: Buffer | null = null;
  #used = 0;
  #exists = false;

  constructor(readonly path: string) {}

  /**
   * Appends a line. A full buffer is written synchronously: that blocks for about ten microseconds and saves a second
   * buffer.
   *
   * @throws ServiceUnavailable when the disk cannot be written
   */
  append(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#used + bytes > BUFFER_BYTES) this.finish();
    if (bytes > BUFFER_BYTES) {
      this.#write(line);
      return;
    }
    this.#buffer ??= Buffer.allocUnsafe(BUFFER_BYTES);
    this.#used += this.#buffer.write(line, this.#used);
  }

  /** Flushes the buffer and returns whether there is anything to read. */
  finish(): boolean {
    if (this.#buffer !== null && this.#used > 0) this.#write(this.#buffer.subarray(0, this.#used));
    this.#buffer = null;
    this.#used = 0;
    return this.#exists;
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

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }

  #write(lines: Buffer | string): void {
    try {
      if (!this.#exists) mkdirSync(dirname(this.path), { recursive: true });
      this.#exists = true;
      appendFileSync(this.path, lines);
    } catch (error) {
      throw scratchFailure(error);
    }
  }
}
