import { AcknowledgedPrefix } from './acknowledged-prefix';
import { isVersioned } from './bulk-item';
import type { BulkEntry } from './month-router';

/** A bulk request is sent when it has reached one of these. */
const MAX_BULK_BYTES = 1_000_000;
const MAX_BULK_ITEMS = 5_000;
/** Two keep Elasticsearch busy while the next is read; more were not faster, and each holds its bytes. */
const MAX_IN_FLIGHT = 2;

/**
 * Collects records into bulk requests and keeps some of them in flight; holds at most three requests' bytes.
 *
 * Requests in flight may overtake each other. So that of several records under one id the last stands in the end, a
 * request waits for those that hold one of its ids.
 *
 * @typeParam T - what is known of a request once all of it is done
 */
export class BulkWriter<T> {
  readonly #prefix = new AcknowledgedPrefix<T>();
  /** Each with the ids whose order counts. */
  readonly #inFlight = new Map<Promise<void>, ReadonlySet<string>>();
  #entries: BulkEntry[] = [];
  #ids = new Set<string>();
  #bytes = 0;
  #failure: { readonly reason: unknown } | null = null;

  /**
   * @param write - brings one request to its end; its failure ends the writer
   * @param passed - told of each request in the order of the records, once all before it are done too
   */
  constructor(
    private readonly write: (entries: readonly BulkEntry[]) => Promise<T>,
    private readonly passed: (answer: T) => void,
  ) {}

  /** Takes one record. @returns what to wait for, if as much is held as may be */
  add(entry: BulkEntry): Promise<void> | null {
    this.#entries.push(entry);
    if ('head' in entry) {
      this.#bytes += entry.bytes;
      if (!isVersioned(entry)) this.#ids.add(entry.id);
    } else this.#bytes += entry.record.value?.length ?? 0;
    return this.#bytes >= MAX_BULK_BYTES || this.#entries.length >= MAX_BULK_ITEMS ? this.#send() : null;
  }

  /** Sends what is left and waits until all is done. @throws what `write` threw first */
  async end(): Promise<void> {
    if (this.#entries.length > 0) await this.#send();
    while (this.#inFlight.size > 0) await this.#oneDone();
    this.#throwFailure();
  }

  /** Waits for what is in flight, whatever becomes of it. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight.keys());
  }

  async #send(): Promise<void> {
    const [entries, ids] = [this.#entries, this.#ids];
    this.#entries = [];
    this.#ids = new Set();
    this.#bytes = 0;
    while (this.#inFlight.size >= MAX_IN_FLIGHT || this.#isInFlight(ids)) await this.#oneDone();
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

  async #oneDone(): Promise<void> {
    await Promise.race(this.#inFlight.keys());
  }

  async #writeOne(entries: readonly BulkEntry[]): Promise<void> {
    const number = this.#prefix.sent();
    try {
      const answer = await this.write(entries);
      if (this.#failure !== null) return;
      for (const passed of this.#prefix.acknowledged(number, answer)) this.passed(passed);
    } catch (reason) {
      this.#failure ??= { reason };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.reason;
  }
}
