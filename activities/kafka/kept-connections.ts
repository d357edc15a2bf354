/** A connection that nobody has used for so long is closed. */
const IDLE_MS = 30_000;

/** What is to be known of connections of one kind. */
export interface ConnectionKind<T> {
  readonly close: (connection: T) => Promise<unknown>;
  /** Whether several may use one at the same time. */
  readonly isShared: boolean;
  /** Whether an open one can be used again. */
  readonly isUsable: (connection: T, hasFailed: boolean) => boolean;
}

interface Kept<T> {
  readonly key: string;
  readonly connection: Promise<T>;
  /** Undefined until it is open. */
  opened?: T;
  users: number;
  /** Whether connecting or a use of it has failed. */
  hasFailed: boolean;
  idleTimer?: NodeJS.Timeout;
}

/**
 * Keeps connections open between two uses; one that is broken or was idle for `idleMs` is closed.
 *
 * One that is in use is closed by its last user: the client fails requests in flight when it is disconnected.
 */
export class KeptConnections<T> {
  /** Of each key the one that its next use gets. */
  readonly #next = new Map<string, Kept<T>>();
  readonly #open = new Set<Kept<T>>();

  constructor(
    private readonly kind: ConnectionKind<T>,
    private readonly idleMs = IDLE_MS,
  ) {}

  /** Lets `work` use the connection of a key; `open` makes it where none is kept, and its failure is the call's. */
  async use<R>(key: string, open: () => Promise<T>, work: (connection: T) => Promise<R>): Promise<R> {
    const kept = this.#take(key, open);
    try {
      kept.opened = await kept.connection;
      return await work(kept.opened);
    } catch (error) {
      kept.hasFailed = true;
      throw error;
    } finally {
      this.#giveBack(kept);
    }
  }

  /** Closes all of them, in use or not. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((kept) => this.#close(kept)));
  }

  #take(key: string, open: () => Promise<T>): Kept<T> {
    const known = this.#next.get(key);
    const isUsable = known !== undefined && this.#isUsable(known);
    if (known?.users === 0 && !isUsable) void this.#close(known);
    const kept = isUsable ? known : { key, connection: open(), users: 0, hasFailed: false };
    this.#open.add(kept);
    clearTimeout(kept.idleTimer);
    kept.users += 1;
    if (this.kind.isShared) this.#next.set(key, kept);
    else this.#next.delete(key);
    return kept;
  }

  #giveBack(kept: Kept<T>): void {
    kept.users -= 1;
    if (kept.users > 0 || !this.#open.has(kept)) return;
    const next = this.#next.get(kept.key) ?? kept;
    if (next !== kept || !this.#isUsable(kept)) {
      void this.#close(kept);
      return;
    }
    this.#next.set(kept.key, kept);
    kept.idleTimer = setTimeout(() => void this.#close(kept), this.idleMs);
    kept.idleTimer.unref();
  }

  #isUsable({ opened, hasFailed }: Kept<T>): boolean {
    return opened === undefined ? !hasFailed : this.kind.isUsable(opened, hasFailed);
  }

  async #close(kept: Kept<T>): Promise<void> {
    clearTimeout(kept.idleTimer);
    this.#open.delete(kept);
    if (this.#next.get(kept.key) === kept) this.#next.delete(kept.key);
    await kept.connection.then(this.kind.close).catch(() => undefined);
  }
}
