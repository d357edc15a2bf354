import { ConnectionPool } from '../../../activities/kafka/connection-pool';

const IDLE_MS = 1_000;

/** Opens numbered connections and records which are closed. */
function numbered({ isShared = true, isUsable = (hasFailed: boolean) => !hasFailed } = {}) {
  const opened: number[] = [];
  const closed: number[] = [];
  const pool = new ConnectionPool<number>(
    {
      close: (connection) => Promise.resolve(closed.push(connection)),
      isShared,
      isUsable: (_connection, hasFailed) => isUsable(hasFailed),
    },
    IDLE_MS,
  );
  const open = (): Promise<number> => Promise.resolve(opened.push(opened.length + 1));
  const use = <R>(key: string, work: (connection: number) => Promise<R>): Promise<R> => pool.use(key, open, work);
  return { pool, use, opened, closed };
}

const same = (connection: number): Promise<number> => Promise.resolve(connection);

/** A use that lasts until the test completes it. */
function held() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    end,
    work: async (connection: number): Promise<number> => {
      await ended;
      return connection;
    },
  };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('ConnectionPool', () => {
  it('opens one connection for each key and keeps it between two uses', async () => {
    const { use, closed } = numbered();
    const used = [await use('a', same), await use('b', same), await use('a', same)];
    expect([used, closed]).toEqual([[1, 2, 1], []]);
  });

  it('closes what was idle for long enough, counted from the last use, and opens it again', async () => {
    const { use, closed } = numbered();
    await use('a', same);
    await use('b', same);
    await jest.advanceTimersByTimeAsync(IDLE_MS - 1);
    await use('a', same);
    await jest.advanceTimersByTimeAsync(1);
    expect(closed).toEqual([2]);
    await jest.advanceTimersByTimeAsync(IDLE_MS);
    expect(closed).toEqual([2, 1]);
    expect(await use('a', same)).toBe(3);
  });

  it('leaves a connection open while it is in use, however long and by however many', async () => {
    const { use, closed } = numbered();
    const [one, other] = [held(), held()];
    const both = [use('a', one.work), use('a', other.work)];
    await jest.advanceTimersByTimeAsync(IDLE_MS * 5);
    one.end();
    await jest.advanceTimersByTimeAsync(IDLE_MS * 5);
    expect(closed).toEqual([]);
    other.end();
    expect(await Promise.all(both)).toEqual([1, 1]);
    await jest.advanceTimersByTimeAsync(IDLE_MS);
    expect(closed).toEqual([1]);
  });

  it('opens a second connection for a concurrent use if connections are not shared, and keeps one of them', async () => {
    const { use, closed } = numbered({ isShared: false });
    const one = held();
    const first = use('a', one.work);
    expect(await use('a', same)).toBe(2);
    expect(await use('a', same)).toBe(2);
    one.end();
    expect(await first).toBe(1);
    expect(closed).toEqual([1]);
    expect(await use('a', same)).toBe(2);
  });

  it('replaces a connection after a failure, and closes the failed one when its last user is done', async () => {
    const { use, closed } = numbered();
    const one = held();
    const first = use('a', one.work);
    await expect(use('a', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(await use('a', same)).toBe(2);
    expect(closed).toEqual([]);
    one.end();
    expect(await first).toBe(1);
    expect(closed).toEqual([1]);
    expect(await use('a', same)).toBe(2);
  });

  it('keeps a connection that is usable after a failed use', async () => {
    const { use, opened } = numbered({ isUsable: () => true });
    await expect(use('a', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(await use('a', same)).toBe(1);
    expect(opened).toHaveLength(1);
  });

  it('replaces a connection that broke while it was idle', async () => {
    let isWhole = true;
    const { use, closed } = numbered({ isUsable: () => isWhole });
    await use('a', same);
    isWhole = false;
    await use('a', same);
    expect(closed).toContain(1);
  });

  it('fails every waiting use if connecting fails, and connects again for the next', async () => {
    const { pool, use } = numbered();
    const refuse = (): Promise<number> => Promise.reject(new Error('refused'));
    const waiting = [pool.use('a', refuse, same), pool.use('a', refuse, same)];
    expect(await Promise.allSettled(waiting)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(await use('a', same)).toBe(1);
  });

  it('closes all connections when it is closed, also those in use', async () => {
    const { pool, use, closed } = numbered();
    const one = held();
    const first = use('a', one.work);
    await use('b', same);
    await pool.close();
    expect(closed.sort()).toEqual([1, 2]);
    one.end();
    await first;
    expect(jest.getTimerCount()).toBe(0);
  });
});
