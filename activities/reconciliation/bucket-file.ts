import { appendFileSync, createReadStream, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { scratchFailure } from './scratch-folder';

const BUFFER_BYTES = 8 * 1024;
const READ_BYTES = 256 * 1024;

/** A file of lines that is written once, in small buffers, and then read back in memory that does not grow with it. */
export class BucketFile {
  #buffer: Buffer | null = null;
  #used = 0;
  #isThere = false;

  constructor(readonly path: string) {}

  /**
   * Adds a line. A full buffer is written at once: that blocks for some ten microseconds and needs no second buffer.
   *
   * @throws ServiceUnavailable when the disk takes no more
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

  /** Writes out what is held back, and tells whether there is anything to read. */
  finish(): boolean {
    if (this.#buffer !== null && this.#used > 0) this.#write(this.#buffer.subarray(0, this.#used));
    this.#buffer = null;
    this.#used = 0;
    return this.#isThere;
  }

  /**
   * The lines without their ends, some thousands at a time.
   *
   * @throws ServiceUnavailable when the disk gives them back no more
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
      if (!this.#isThere) mkdirSync(dirname(this.path), { recursive: true });
      this.#isThere = true;
      appendFileSync(this.path, lines);
    } catch (error) {
      throw scratchFailure(error);
    }
  }
}
