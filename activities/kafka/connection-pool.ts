/** An idle connection is closed after this long. */
const IDLE_MS = 30_000;

export interface ConnectionKind<T> {
  readonly close: (connection: T) => Promise<unknown>;
  /** Whether several callers may use one connection at the same time. */
  readonly isShared: boolean;
  /** Whether an open connection can be used again. */
  readonly isUsable: (connection: T, hasFailed: boolean) => boolean;
}

interface PooledConnection<T> {
  readonly key: string;
  readonly connection: Promise<T>;
  /** Undefined until it is open. */
  opened?: T;
  users: number;
  /** Whether connecting or a use has failed. */
  hasFailed: boolean;
  idleTimer?: NodeJS.Timeout;
}

/**
 * Keeps connections open between uses; one that is broken or was idle for `idleMs` is closed.
 *
 * A broken connection is closed by its last user, because disconnecting the client fails its requests in flight.
 */
export class ConnectionPool<T> {
  /** By key, the connection that the next use gets. */
  readonly #next = new Map<string, PooledConnection<T>>();
  readonly #open = new Set<PooledConnection<T>>();

  constructor(
    private readonly kind: ConnectionKind<T>,
    private readonly idleMs = IDLE_MS,
  ) {}

  /** Runs `work` with the connection of a key; `open` creates one if there is none, and its error fails the call. */
  async use<R>(key: string, open: () => Promise<T>, work: (connection: T) => Promise<R>): Promise<R> {
    const pooled = this.#acquire(key, open);
    try {
      pooled.opened = await pooled.connection;
      return await work(pooled.opened);
    } catch (error) {
      pooled.hasFailed = true;
      throw error;
    } finally {
      this.#release(pooled);
    }
  }

  /** Closes all connections, in use or not. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((pooled) => this.#close(pooled)));
  }

  #acquire(key: string, open: () => Promise<T>): PooledConnection<T> {
    const known = this.#next.get(key);
    const isUsable = known !== undefined && this.#isUsable(known);
    if (known?.users === 0 && !isUsable) void this.#close(known);
    const pooled = isUsable ? known : { key, connection: open(), users: 0, hasFailed: false };
    this.#open.add(pooled);
    clearTimeout(pooled.idleTimer);
    pooled.users += 1;
    if (this.kind.isShared) this.#next.set(key, pooled);
    else this.#next.delete(key);
    return pooled;
  }

  #release(pooled: PooledConnection<T>): void {
    pooled.users -= 1;
    if (pooled.users > 0 || !this.#open.has(pooled)) return;
    const next = this.#next.get(pooled.key) ?? pooled;
    if (next !== pooled || !this.#isUsable(pooled)) {
      void this.#close(pooled);
      return;
    }
    this.#next.set(pooled.key, pooled);
    pooled.idleTimer = setTimeout(() => void this.#close(pooled), this.idleMs);
    pooled.idleTimer.unref();
  }

  #isUsable({ opened, hasFailed }: PooledConnection<T>): boolean {
    return opened === undefined ? !hasFailed : this.kind.isUsable(opened, hasFailed);
  }

  async #close(pooled: PooledConnection<T>): Promise<void> {
    clearTimeout(pooled.idleTimer);
    this.#open.delete(pooled);
    if (this.#next.get(pooled.key) === pooled) this.#next.delete(pooled.key);
    await pooled.connection.then(this.kind.close).catch(() => undefined);
  }
}
