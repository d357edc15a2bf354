import { simulatedId } from '../../../activities/contracts/planned-ids';
import type { PlannedSimulation } from '../../../activities/contracts/plan';
import { isRepeated } from '../../../activities/contracts/simulated-shares';
import type { PublishSimulatedRangeInput } from '../../../activities/sources/publish-simulated-range';
import { activityEnvironment } from './activity-environment';
import { RecordingKafka } from './recording-kafka';
import { sourcePlan } from './source-plan';
import { activitiesWith } from '../../support/activities';

const RAW = 'sources.raw';
const NOTHING = { published: 0, deadLetters: 0, bytes: 0 };

const NO_CRASH: (point: string) => void = () => undefined;

function plan(source: Record<string, unknown> = {}) {
  return sourcePlan({ source: { kind: 'simulate', malformedRatio: 0.1, repeatRatio: 0.1, ...source } });
}

function publish(
  input: PublishSimulatedRangeInput,
  { environment = activityEnvironment(), kafka = new RecordingKafka(), crash = NO_CRASH } = {},
) {
  const { publishSimulatedRange } = activitiesWith({ kafka, crash });
  const result = environment.run(publishSimulatedRange, input);
  return { kafka, result };
}

describe('publishSimulatedRange', () => {
  it('publishes every sequence once and every repeat once more, and counts them', async () => {
    const { kafka, result } = publish({ plan: plan({ records: 2_500 }), from: 0, to: 2_500 });
    const counts = await result;
    const simulation = plan({ records: 2_500 }).source as PlannedSimulation;
    const sequences = Array.from({ length: 2_500 }, (_, sequence) => sequence);
    const repeated = sequences.filter((sequence) => isRepeated(simulation, sequence));
    const expected = [...sequences, ...repeated].map((sequence) => simulatedId('run-1', sequence, 50));
    expect(kafka.ids(RAW).sort()).toEqual(expected.sort());
    expect(counts).toEqual({
      next: 2_500,
      published: 2_500 + repeated.length,
      deadLetters: 0,
      bytes: kafka.records(RAW).reduce((sum, { key, value }) => sum + Buffer.byteLength(value) + (key?.length ?? 0), 0),
    });
  });

  it('sends id, run and device with every record, malformed ones included', async () => {
    const { kafka, result } = publish({ plan: plan({ malformedRatio: 1 }), from: 100, to: 200 });
    await result;
    kafka.records(RAW).forEach(({ key, headers }, index) => {
      const device = `device-00${String((100 + index) % 50).padStart(2, '0')}`;
      expect(key).toBe(device);
      expect(headers).toEqual({ 'event-id': `run-1-${device}-${100 + index}`, 'pipeline-run': 'run-1' });
    });
  });

  it('continues after the last heartbeat, with its counts', async () => {
    const heartbeatDetails = { ...NOTHING, next: 60, published: 60, bytes: 1_000 };
    const environment = activityEnvironment({ attempt: 2, heartbeatDetails });
    const { kafka, result } = publish({ plan: plan({ repeatRatio: 0 }), from: 0, to: 100 }, { environment });
    expect(await result).toMatchObject({ next: 100, published: 100 });
    expect(kafka.ids(RAW)).toEqual(Array.from({ length: 40 }, (_, index) => simulatedId('run-1', 60 + index, 50)));
  });

  it.each([
    ['of another shape', { offset: '17' }],
    ['outside the range', { ...NOTHING, next: 5_000 }],
    ['that are no object', 'garbage'],
    ['that count backwards', { ...NOTHING, next: 10, published: -1 }],
  ])('restarts after heartbeat details %s', async (_, heartbeatDetails) => {
    const environment = activityEnvironment({ attempt: 2, heartbeatDetails });
    const { kafka, result } = publish({ plan: plan({ repeatRatio: 0 }), from: 0, to: 10 }, { environment });
    await result;
    expect(kafka.ids(RAW)).toHaveLength(10);
  });

  it('passes the fault point after each acknowledged batch and before its heartbeat', async () => {
    const seen: string[] = [];
    const kafka = new RecordingKafka();
    const environment = activityEnvironment();
    environment.on('heartbeat', ({ next }: { next: number }) => seen.push(`heartbeat ${next}`));
    const crash = (point: string) => {
      seen.push(`${point} ${kafka.published.length}`);
    };
    await publish({ plan: plan(), from: 0, to: 2_000 }, { environment, kafka, crash }).result;
    expect(seen).toEqual(['source 1', 'heartbeat 1000', 'source 2', 'heartbeat 2000']);
  });

  it('stops between batches when it is cancelled', async () => {
    const environment = activityEnvironment();
    environment.on('heartbeat', () => {
      environment.cancel('CANCELLED');
    });
    const { kafka, result } = publish({ plan: plan(), from: 0, to: 1_000_000 }, { environment });
    await expect(result).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(kafka.published).toHaveLength(1);
  });

  it('stops a wait for its rate when it is cancelled', async () => {
    const environment = activityEnvironment();
    const { kafka, result } = publish({ plan: plan({ ratePerSecond: 0.01 }), from: 0, to: 10 }, { environment });
    environment.on('heartbeat', () => {
      environment.cancel('CANCELLED');
    });
    await expect(result).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(kafka.published).toHaveLength(1);
  });

  it('publishes at the given rate, never faster', async () => {
    const startedAtMs = Date.now();
    const times: number[] = [];
    const crash = () => {
      times.push(Date.now());
    };
    await publish({ plan: plan({ ratePerSecond: 500 }), from: 1_000, to: 1_400, startedAtMs }, { crash }).result;
    expect(times).toHaveLength(4);
    times.forEach((time, index) => {
      expect(time - startedAtMs).toBeGreaterThanOrEqual(((index + 1) * 100 - 1) * 2 - 1);
    });
  });

  it('catches up when a range begins late', async () => {
    const startedAtMs = Date.now() - 600_000;
    const beganMs = Date.now();
    await publish({ plan: plan({ ratePerSecond: 1 }), from: 0, to: 500, startedAtMs }).result;
    expect(Date.now() - beganMs).toBeLessThan(240_000);
  });

  it('rejects a plan of another source', async () => {
    const file = sourcePlan({ source: { kind: 'file', path: '/data.csv', format: 'csv' } });
    await expect(publish({ plan: file, from: 0, to: 1 }).result).rejects.toMatchObject({ type: 'InvalidInput' });
  });
});
