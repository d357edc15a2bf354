import fc from 'fast-check';
import { BulkWriter } from '../../../activities/indexing/bulk-writer';
import type { BulkEntry } from '../../../activities/indexing/month-router';

const ONE_MB = 1_000_000;

let made = 0;
function entry(bytes: number, id = `id${made++}`, headers: Record<string, Buffer> = {}): BulkEntry {
  const record = { partition: 0, offset: '0', timestamp: '0', key: null, value: null, headers };
  return { record, id, head: '', bytes, latencyMs: null };
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

  it('acknowledges every request once, in the order of sending, in whatever order they finish', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1), { minLength: 1, maxLength: 12 }), async (choices) => {
        const { writer, requests, passed } = heldWriter();
        const sent = choices.map((_, number) => number);
        const sending = (async () => {
          for (const number of sent) await writer.add(entry(ONE_MB, `${number}`));
          await writer.flush();
        })();
        const finished = new Set<number>();
        for (const choice of choices) {
          await turn();
          const inFlight = requests.map((_, number) => number).filter((number) => !finished.has(number));
          const number = inFlight[choice % inFlight.length] ?? NaN;
          requests[number]?.end();
          finished.add(number);
          await turn();
          // Everything before the first gap is acknowledged, and nothing after it.
          expect(passed).toEqual(sent.slice(0, passed.length));
          expect(finished.has(passed.length)).toBe(false);
        }
        await sending;
        expect(passed).toEqual(sent);
      }),
    );
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
