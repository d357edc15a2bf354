const CARRIAGE_RETURN = 0x0d;
/** No row that can be published is as long. */
const MAX_BYTES = 128 * 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** The beginning of a line, or of a row of several, whose end is in a later chunk. */
export class OpenLine {
  #parts: Buffer[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** @throws Error when it is too long to be held in memory */
  add(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes > MAX_BYTES) throw new Error(`it has a row of more than ${MAX_BYTES} bytes`);
  }

  /** Returns the whole line without carriage returns before it and the one of its line end, and begins the next one. */
  close(last = NOTHING): Buffer {
    const line = this.isEmpty ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#bytes = 0;
    let from = 0;
    while (line[from] === CARRIAGE_RETURN) from++;
    const to = from < line.length && line[line.length - 1] === CARRIAGE_RETURN ? line.length - 1 : line.length;
    return line.subarray(from, to);
  }
}
