import type { KafkaGateway } from '../../../activities/kafka';
import { planRedrive } from '../../../activities/preparation/plan-redrive';

const HELD = { start: { 0: '5', 1: '0' }, end: { 0: '9', 1: '3' } };
const kafka = { offsets: () => Promise.resolve(HELD) } as unknown as KafkaGateway;
const isOpen = (name: string): Promise<boolean> => Promise.resolve(name === 'mine');

describe('planRedrive', () => {
  it('reads the whole topic as a dry run by default', async () => {
    expect(await planRedrive(kafka, isOpen, 'io', { input: { name: 'mine' } })).toEqual({
      choice: { name: 'mine' },
      dryRun: true,
      topics: { enriched: 'mine.enriched', windows: 'mine.windows', deadLetter: 'mine.dead-letter' },
      aliases: {
        readings: 'pipeline.mine.readings',
        windows: 'pipeline.mine.windows',
        deadLetters: 'pipeline.mine.dead-letters',
        runs: 'pipeline.mine.runs',
      },
      hasRawReader: true,
      ioTaskQueue: 'io',
      from: HELD.start,
      to: HELD.end,
    });
  });

  it('knows whether a run is open that reads the raw topic', async () => {
    expect(await planRedrive(kafka, isOpen, 'io', { input: { name: 'closed' } })).toMatchObject({
      hasRawReader: false,
    });
  });

  it('uses the given stage, reasons and offsets of some partitions', async () => {
    const input = { name: 'mine', stage: 'parse', reasons: ['FromTheFuture'], from: { 0: '7' }, to: { 1: '2' } };
    expect(await planRedrive(kafka, isOpen, 'io', { input: { ...input, dryRun: false } })).toMatchObject({
      choice: { name: 'mine', stage: 'parse', reasons: ['FromTheFuture'] },
      dryRun: false,
      from: { 0: '7', 1: '0' },
      to: { 0: '9', 1: '2' },
    });
  });

  it('reports every invalid field at once', async () => {
    const input = { name: 'My Pipeline', stage: 'source', reasons: [], from: { x: '1' }, to: { 0: 7 }, dry: true };
    const failure: unknown = await planRedrive(kafka, isOpen, 'io', { input }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    for (const field of ['name', 'stage', 'reasons', 'from', 'to', 'dry']) expect(String(failure)).toContain(field);
  });

  it.each([{ from: { 0: '4' } }, { to: { 1: '4' } }, { from: { 2: '0' } }, { from: { 0: '9' }, to: { 0: '8' } }])(
    'refuses offsets that the log does not hold: %j',
    async (offsets) => {
      const planned = planRedrive(kafka, isOpen, 'io', { input: { name: 'mine', ...offsets } });
      await expect(planned).rejects.toMatchObject({ type: 'OffsetOutOfRange' });
    },
  );
});
