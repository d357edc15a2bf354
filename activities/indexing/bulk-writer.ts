import { isVersioned } from './bulk-item';
import type { BulkEntry } from './month-router';

/** A bulk request is sent when it reaches one of these limits. */
const MAX_BULK_BYTES = 1_000_000;
const MAX_BULK_ITEMS = 5_000;
/** Two keep Elasticsearch busy while the next is read; more were not faster, and each keeps its bytes in memory. */
const MAX_IN_FLIGHT = 2;

interface BulkWriterOptions {
  /** A request that is not full is sent after this time; by default when the writer is flushed. */
  readonly lingerMs?: number;
  /** Called at the first failure of a request, after which nothing more is sent. */
  readonly failed?: () => void;
}

/**
 * Collects records into bulk requests and keeps up to two of them in flight; at most three requests are in memory.
 *
 * Requests in flight may overtake each other. So that the last of several records with the same id wins, a request
 * waits for those in flight that contain one of its ids. While it waits, it takes up more records.
 *
 * @typeParam T - the result of a request
 */
export class BulkWriter<T> {
  /** Each with its unversioned ids, whose order matters. */
  readonly #inFlight = new Map<Promise<void>, ReadonlySet<string>>();
  #entries: BulkEntry[] = [];
  #ids = new Set<string>();
  #bytes = 0;
  /** Resolves when each request so far is in flight. */
  #sent = Promise.resolve();
  /** Resolves when each request so far is acknowledged, or will never be. */
  #acknowledged = Promise.resolve();
  #failure: { readonly reason: unknown } | null = null;
  #lingerTimer: NodeJS.Timeout | undefined;

  /**
   * @param write - sends one request until it is done; a failure stops the writer
   * @param onAcknowledged - called once per request in record order, when it and all requests before it are done
   */
  constructor(
    private readonly write: (entries: readonly BulkEntry[]) => Promise<T>,
    private readonly onAcknowledged: (result: T) => void,
    private readonly options: BulkWriterOptions = {},
  ) {}

  /** Whether everything that was added is acknowledged. */
  get isIdle(): boolean {
    return this.#entries.length === 0 && this.#inFlight.size === 0;
  }

  /** Adds one record. @returns a promise to wait for (backpressure) if this filled a request, else null */
  add(entry: BulkEntry): Promise<void> | null {
    if (this.#entries.length === 0) this.#linger();
    this.#entries.push(entry);
    if ('head' in entry) {
      this.#bytes += entry.bytes;
      if (!isVersioned(entry)) this.#ids.add(entry.id);
    } else this.#bytes += entry.record.value?.length ?? 0;
    return this.#bytes >= MAX_BULK_BYTES || this.#entries.length >= MAX_BULK_ITEMS ? this.#send() : null;
  }

  /** Sends the rest and waits until all requests are done. @throws the first error of `write` */
  async flush(): Promise<void> {
    await this.#send();
    await this.settle();
    this.#throwFailure();
  }

  /** Waits for the requests in flight, whether they succeed or fail. */
  async settle(): Promise<void> {
    clearTimeout(this.#lingerTimer);
    await Promise.all(this.#inFlight.keys());
    await this.#acknowledged;
  }

  #linger(): void {
    const { lingerMs } = this.options;
    if (lingerMs === undefined) return;
    clearTimeout(this.#lingerTimer);
    this.#lingerTimer = setTimeout(() => {
      // A failure is thrown by the next call.
      this.#send().catch(() => undefined);
    }, lingerMs);
  }

  async #send(): Promise<void> {
    this.#sent = this.#sent.then(() => this.#sendNext());
    await this.#sent;
    this.#throwFailure();
  }

  async #sendNext(): Promise<void> {
    while (this.#inFlight.size >= MAX_IN_FLIGHT || this.#isInFlight(this.#ids)) await this.#anyDone();
    if (this.#failure !== null || this.#entries.length === 0) return;
    const [entries, ids] = [this.#entries, this.#ids];
    this.#entries = [];
    this.#ids = new Set();
    this.#bytes = 0;
    const writing = this.write(entries);
    const ended: Promise<void> = this.#recordFailure(writing).finally(() => this.#inFlight.delete(ended));
    this.#inFlight.set(ended, ids);
    this.#acknowledged = this.#recordFailure(this.#acknowledge(writing, this.#acknowledged));
  }

  async #acknowledge(writing: Promise<T>, earlier: Promise<void>): Promise<void> {
    await earlier;
    const result = await writing;
    if (this.#failure === null) this.onAcknowledged(result);
  }

  async #recordFailure(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (reason) {
      const isFirst = this.#failure === null;
      this.#failure ??= { reason };
      if (isFirst) this.options.failed?.();
    }
  }

  #isInFlight(ids: ReadonlySet<string>): boolean {
    for (const others of this.#inFlight.values()) {
      for (const id of ids) if (others.has(id)) return true;
    }
    return false;
  }

  async #anyDone(): Promise<void> {
    await Promise.race(this.#inFlight.keys());
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.reason;
  }
}
