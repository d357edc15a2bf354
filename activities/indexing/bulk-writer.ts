import { isVersioned } from './bulk-item';
import type { BulkEntry } from './month-router';

/** A bulk request is sent when it reaches one of these limits. */
const MAX_BULK_BYTES = 1_000_000;
const MAX_BULK_ITEMS = 5_000;
/** Two keep Elasticsearch busy while the next is read; more were not faster, and each keeps its bytes in memory. */
const MAX_IN_FLIGHT = 2;

/**
 * Collects records into bulk requests and keeps up to two of them in flight; at most three requests are in memory.
 *
 * Requests in flight may overtake each other. So that the last of several records with the same id wins, a request
 * waits for those in flight that contain one of its ids.
 *
 * @typeParam T - the result of a request
 */
export class BulkWriter<T> {
  readonly #prefix = new AcknowledgedPrefix<T>();
  /** Each with its unversioned ids, whose order matters. */
  readonly #inFlight = new Map<Promise<void>, ReadonlySet<string>>();
  #entries: BulkEntry[] = [];
  #ids = new Set<string>();
  #bytes = 0;
  #failure: { readonly reason: unknown } | null = null;

  /**
   * @param write - sends one request until it is done; a failure stops the writer
   * @param onAcknowledged - called once per request in record order, when it and all requests before it are done
   */
  constructor(
    private readonly write: (entries: readonly BulkEntry[]) => Promise<T>,
    private readonly onAcknowledged: (result: T) => void,
  ) {}

  /** Adds one record. @returns a promise to wait for (backpressure) if this filled a request, else null */
  add(entry: BulkEntry): Promise<void> | null {
    this.#entries.push(entry);
    if ('head' in entry) {
      this.#bytes += entry.bytes;
      if (!isVersioned(entry)) this.#ids.add(entry.id);
    } else this.#bytes += entry.record.value?.length ?? 0;
    return this.#bytes >= MAX_BULK_BYTES || this.#entries.length >= MAX_BULK_ITEMS ? this.#send() : null;
  }

  /** Sends the rest and waits until all requests are done. @throws the first error of `write` */
  async flush(): Promise<void> {
    if (this.#entries.length > 0) await this.#send();
    while (this.#inFlight.size > 0) await this.#anyDone();
    this.#throwFailure();
  }

  /** Waits for the requests in flight, whether they succeed or fail. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.keys());
  }

  async #send(): Promise<void> {
    const [entries, ids] = [this.#entries, this.#ids];
    this.#entries = [];
    this.#ids = new Set();
    this.#bytes = 0;
    while (this.#inFlight.size >= MAX_IN_FLIGHT || this.#isInFlight(ids)) await this.#anyDone();
    this.#throwFailure();
    const sending: Promise<void> = this.#writeOne(entries).finally(() => this.#inFlight.delete(sending));
    this.#inFlight.set(sending, ids);
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

  async #writeOne(entries: readonly BulkEntry[]): Promise<void> {
    const sequence = this.#prefix.register();
    try {
      const result = await this.write(entries);
      if (this.#failure !== null) return;
      for (const each of this.#prefix.acknowledge(sequence, result)) this.onAcknowledged(each);
    } catch (reason) {
      this.#failure ??= { reason };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.reason;
  }
}

/** Returns results in the order of sending, although requests may finish in any order. */
export class AcknowledgedPrefix<T> {
  #registered = 0;
  #acknowledged = 0;
  readonly #waiting = new Map<number, T>();

  /** @returns the sequence number of the next request */
  register(): number {
    return this.#registered++;
  }

  /** @returns the results that this one completes the sequence of; none while an earlier request is not done */
  acknowledge(sequence: number, result: T): readonly T[] {
    this.#waiting.set(sequence, result);
    const completed: T[] = [];
    let next;
    while ((next = this.#waiting.get(this.#acknowledged)) !== undefined) {
      this.#waiting.delete(this.#acknowledged++);
      completed.push(next);
    }
    return completed;
  }
}
