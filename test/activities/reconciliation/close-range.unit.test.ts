import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import type { PartitionOffsets } from '../../../activities/contracts/offsets';
import type { CloseRangeResult } from '../../../activities/contracts/proof-range';
import type { KafkaGateway } from '../../../activities/kafka';
import { activitiesWith } from '../../support/activities';

const topics = { raw: 'raw', enriched: 'enriched', windows: 'windows', deadLetter: 'dead-letter' };
const stages = { spark: 'spark', readings: 'readings', windows: 'windows', deadLetters: 'deadLetters' };
const FROM = { raw: { 0: '5' }, enriched: { 0: '5' }, windows: { 0: '0' }, deadLetter: { 0: '0' } };

/** Closes a range while the stages tell these checkpoints; null: a stage does not answer. */
async function close(
  checkpoints: Readonly<Record<string, () => PartitionOffsets | null>>,
  isFirst = false,
): Promise<{ readonly result: CloseRangeResult; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const getHandle = (id: string) => ({
    query: (): Promise<object> => {
      asked.push(id);
      const checkpoint = checkpoints[id]?.() ?? null;
      return checkpoint === null ? Promise.reject(new Error('no worker')) : Promise.resolve({ checkpoint });
    },
  });
  const kafka: Partial<KafkaGateway> = {
    offsets: (topic) => {
      asked.push(`end of ${topic}`);
      return Promise.resolve({ start: { 0: '7' }, end: { 0: '9' } });
    },
  };
  const client = { workflow: { getHandle } } as unknown as Client;
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
  const activities = activitiesWith({ kafka: kafka as KafkaGateway, temporal: () => client });
  const input = { topics, stages, from: FROM, isFirst, maxWaitMs: 1_500 };
  const result: unknown = await environment.run(() => activities.closeRange(input));
  return { result: result as CloseRangeResult, asked };
}

const at = (offset: string) => () => ({ 0: offset });

describe('closeRange', () => {
  it('takes the ends of topics after what they depend on is passed', async () => {
    const { result, asked } = await close({
      spark: at('8'),
      readings: at('9'),
      windows: at('9'),
      deadLetters: at('9'),
    });
    const end = { 0: '9' };
    expect(result).toMatchObject({ from: FROM, to: { raw: { 0: '8' }, enriched: end, windows: end, deadLetter: end } });
    const steps = ['spark', 'end of enriched', 'end of windows', 'readings', 'windows', 'end of dead-letter'];
    expect(asked).toEqual([...steps, 'deadLetters']);
  });

  it('names the stage that is not ready in time, or does not answer', async () => {
    expect((await close({ spark: () => null })).result).toEqual({ waitsFor: 'spark' });
    expect((await close({ spark: at('8'), readings: at('8') })).result).toEqual({ waitsFor: 'readings' });
  });

  it('waits for a stage that catches up', async () => {
    let looks = 0;
    const readings = () => ({ 0: ++looks === 1 ? '8' : '9' });
    const { result } = await close({ spark: at('8'), readings, windows: at('9'), deadLetters: at('9') });
    expect(result).toHaveProperty('to');
  });

  it('never ends before it begins, and begins its first range with what Kafka still has', async () => {
    const passed = { readings: at('9'), windows: at('9'), deadLetters: at('9') };
    expect((await close({ spark: at('3'), ...passed })).result).toMatchObject({ to: { raw: { 0: '5' } } });
    const first = { from: { raw: { 0: '7' } }, to: { raw: { 0: '8' } } };
    expect((await close({ spark: at('8'), ...passed }, true)).result).toMatchObject(first);
  });
});
