import fc from 'fast-check';
import type { KafkaGateway } from '../../../activities/kafka';
import { planReplay } from '../../../activities/preparation/plan-replay';

const MINUTE_MS = 60_000;
const SERVICES = { laneTaskQueue: 'lanes', temporalOptions: '' };
const START_MS = Date.parse('2026-11-24T06:00:00Z');

/** A log of one partition, given by the timestamps of its records; only what a plan reads of a gateway. */
function logOf(timesMs: readonly number[]): KafkaGateway {
  const first = (timeMs: number): number => timesMs.filter((each) => each < timeMs).length;
  return {
    offsetsAt: (_topic: string, timeMs: number) => Promise.resolve({ 0: String(first(timeMs)) }),
    offsets: () => Promise.resolve({ start: { 0: '0' }, end: { 0: String(timesMs.length) } }),
  } as unknown as KafkaGateway;
}

describe('planReplay', () => {
  it('assigns each record to exactly one of several consecutive windows', async () => {
    const times = fc.array(fc.integer({ min: -MINUTE_MS, max: 20 * MINUTE_MS }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 6 }),
        async (sinceStart, minutes, windows) => {
          const log = logOf(sinceStart.map((each) => START_MS + each).sort((one, other) => one - other));
          const input = { name: 'p', window: `${minutes} minutes` };
          const planned: number[] = [];
          for (let number = 1; number <= windows; number++) {
            const endsAt = new Date(START_MS + number * minutes * MINUTE_MS).toISOString();
            const { from, to } = await planReplay(log, SERVICES, { input, endsAt });
            for (let offset = Number(from[0]); offset < Number(to[0]); offset++) planned.push(offset);
          }
          const before = sinceStart.filter((each) => each < 0).length;
          const within = sinceStart.filter((each) => each >= 0 && each < windows * minutes * MINUTE_MS).length;
          expect(planned).toEqual(Array.from({ length: within }, (_, n) => before + n));
        },
      ),
    );
  });

  it.each(['0 minutes', '99999999999999 days', 'an hour'])('rejects the window %p', async (window) => {
    const planning = planReplay(logOf([]), SERVICES, { input: { name: 'p', window }, endsAt: '2026-11-24T06:00:00Z' });
    await expect(planning).rejects.toMatchObject({
      type: 'InvalidInput',
      message: expect.stringContaining(`got "${window}"`) as string,
    });
  });

  it('uses the given offsets if the log contains them, and otherwise names those that it contains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.nat(30), fc.nat(30), async (size, from, to) => {
        const log = logOf(Array.from({ length: size }, (_, n) => START_MS + n));
        const input = { name: 'p', from: { 0: String(from) }, to: { 0: String(to) } };
        const planning = planReplay(log, SERVICES, { input, endsAt: new Date(START_MS).toISOString() });
        if (from <= to && to <= size) await expect(planning).resolves.toMatchObject({ from: input.from, to: input.to });
        else await expect(planning).rejects.toMatchObject({ type: 'OffsetOutOfRange', nonRetryable: true });
      }),
    );
  });
});
