import { yieldToEventLoop } from '../../heartbeat';
import type { ByteStream } from './byte-stream';
import type { FoundEncoding } from './text-encoding';

/** More that are left before their end are decoded again from the beginning. */
const MAX_LEFT = 4;

/** Texts that a reader left before their end, by their key; the last one was left last. */
const left = new Map<string, ResumableText>();

/**
 * A decoded text that another reader can continue where one stopped, as each range of a file does, so that it is decoded
 * once. It keeps the last two chunks, since a reader has received more than it has used.
 */
export class ResumableText {
  #kept: readonly Buffer[] = [];
  #keptFrom = 0;
  #end = 0;
  #state: 'open' | 'waiting' | 'ended' = 'open';

  /** @param bytes - of the whole text; must need nothing that a reader closes */
  constructor(
    readonly encoding: FoundEncoding,
    private readonly bytes: ByteStream,
  ) {}

  /** Returns a text that can be read from the position, if one was left; it is not left any more. */
  static resume(key: string, position: number): ResumableText | null {
    const text = left.get(key);
    if (text === undefined || position < text.#keptFrom) return null;
    left.delete(key);
    return text;
  }

  /**
   * Reads from a position to the end; only one reader at a time.
   *
   * @param key - under which the text is left if the reader stops earlier; null: the text is not left
   * @throws CancelledFailure when the activity is cancelled
   */
  async *read(position: number, key: string | null): ByteStream {
    try {
      let from = this.#keptFrom;
      for (const chunk of this.#kept) {
        if (from + chunk.length > position) yield chunk.subarray(Math.max(0, position - from));
        from += chunk.length;
      }
      for (let chunk = await this.#next(); chunk !== null; chunk = await this.#next()) {
        if (this.#end > position) yield chunk.subarray(Math.max(0, position - this.#end + chunk.length));
        await yieldToEventLoop();
      }
    } finally {
      if (this.#state === 'open') await this.#leave(key);
    }
  }

  async #next(): Promise<Buffer | null> {
    if (this.#state === 'ended') return null;
    // If it fails, the rest is lost.
    this.#state = 'waiting';
    const { done = false, value } = (await this.bytes.next()) as IteratorResult<Buffer, undefined>;
    this.#state = done ? 'ended' : 'open';
    if (value === undefined) return null;
    if (value.length === 0) return value;
    const last = this.#kept.at(-1);
    this.#keptFrom = this.#end - (last?.length ?? 0);
    this.#kept = last === undefined ? [value] : [last, value];
    this.#end += value.length;
    return value;
  }

  async #leave(key: string | null): Promise<void> {
    if (key === null) {
      await this.bytes.return(undefined);
      return;
    }
    left.delete(key);
    left.set(key, this);
    for (const oldest of left.keys()) if (left.size > MAX_LEFT) left.delete(oldest);
  }
}
