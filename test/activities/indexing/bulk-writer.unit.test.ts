import fc from 'fast-check';
import { AcknowledgedPrefix, BulkWriter } from '../../../activities/indexing/bulk-writer';
import type { BulkEntry } from '../../../activities/indexing/month-router';

const ONE_MB = 1_000_000;

let made = 0;
function entry(bytes: number, id = `id${made++}`, headers: Record<string, Buffer> = {}): BulkEntry {
  const record = { partition: 0, offset: '0', timestamp: '0', key: null, value: null, headers };
  return { record, id, head: '', bytes };
}

/** A writer whose requests the test completes. */
function heldWriter() {
  const requests: { end: () => void; fail: (error: Error) => void }[] = [];
  const passed: number[] = [];
  const writer = new BulkWriter<number>(
    () => {
      const number = requests.length;
      return new Promise((resolve, reject) => {
        const end = (): void => {
          resolve(number);
        };
        requests.push({ end, fail: reject });
      });
    },
    (number) => passed.push(number),
  );
  return { writer, requests, passed };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('BulkWriter', () => {
  it('keeps two requests in flight and holds the third back', async () => {
    const { writer, requests } = heldWriter();
    await writer.add(entry(ONE_MB));
    await writer.add(entry(ONE_MB));
    let isTaken = false;
    const third = writer.add(entry(ONE_MB))?.then(() => (isTaken = true));
    await turn();
    expect([requests.length, isTaken]).toEqual([2, false]);
    requests[1]?.end();
    await third;
    expect(requests).toHaveLength(3);
  });

  it('acknowledges requests in the order of sending, in whatever order they finish', async () => {
    const { writer, requests, passed } = heldWriter();
    await writer.add(entry(ONE_MB));
    await writer.add(entry(ONE_MB));
    requests[1]?.end();
    await turn();
    expect(passed).toEqual([]);
    requests[0]?.end();
    await writer.flush();
    expect(passed).toEqual([0, 1]);
  });

  it('sends and acknowledges nothing more after a failure', async () => {
    const { writer, requests, passed } = heldWriter();
    await writer.add(entry(ONE_MB));
    await writer.add(entry(ONE_MB));
    requests[0]?.fail(new Error('refused'));
    await turn();
    await expect(writer.add(entry(ONE_MB))).rejects.toThrow('refused');
    requests[1]?.end();
    await expect(writer.flush()).rejects.toThrow('refused');
    expect([requests.length, passed]).toEqual([2, []]);
  });

  it('holds a request back only while one of its ids is in flight', async () => {
    const { writer, requests } = heldWriter();
    await writer.add(entry(ONE_MB, 'repeated'));
    let isTaken = false;
    const second = writer.add(entry(ONE_MB, 'repeated'))?.then(() => (isTaken = true));
    await turn();
    expect([requests.length, isTaken]).toEqual([1, false]);
    requests[0]?.end();
    await second;
    expect(requests).toHaveLength(2);
    await writer.add(entry(ONE_MB, 'other'));
    expect(requests).toHaveLength(3);
  });

  it('does not hold back what Elasticsearch orders by its version', async () => {
    const { writer, requests } = heldWriter();
    const version = { 'pipeline-version': Buffer.from('1') };
    await writer.add(entry(ONE_MB, 'window', version));
    await writer.add(entry(ONE_MB, 'window', version));
    expect(requests).toHaveLength(2);
  });
});

describe('AcknowledgedPrefix', () => {
  it('returns every result once, in the order of sending, in whatever order the requests finish', () => {
    const orders = fc
      .integer({ min: 1, max: 30 })
      .chain((size) => fc.shuffledSubarray([...Array(size).keys()], { minLength: size }));
    fc.assert(
      fc.property(orders, (order) => {
        const prefix = new AcknowledgedPrefix<number>();
        const registered = order.map(() => prefix.register());
        const passed: number[] = [];
        const answered = new Set<number>();
        for (const number of order) {
          answered.add(number);
          passed.push(...prefix.acknowledge(number, number));
          // Everything before the first gap is returned, and nothing after it.
          expect(passed).toEqual(registered.slice(0, passed.length));
          expect(answered.has(passed.length)).toBe(false);
        }
        expect(passed).toEqual(registered);
      }),
    );
  });
});
