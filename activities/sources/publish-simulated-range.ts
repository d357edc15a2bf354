import { z } from 'zod';
import type { PipelinePlan } from '../contracts/plan';
import { simulatedId } from '../contracts/planned-ids';
import { lastHeartbeat, LIVE_HEARTBEAT_MS, pacedHeartbeat, yieldToEventLoop } from '../heartbeat';
import { Pace } from './pace';
import {
  batchCountsSchema,
  NO_COUNTS,
  publishBatch,
  sourceKey,
  sourceOf,
  type SourceDependencies,
} from './publish-batch';
import { BLOCK_SIZE, ReadingSimulator } from './simulation/simulate-reading';

export interface PublishSimulatedRangeInput {
  readonly plan: PipelinePlan;
  /** First sequence number. */
  readonly from: number;
  /** End of the range, exclusive. */
  readonly to: number;
  /** Epoch ms at which `from` is due if there is a rate; default: the start of the attempt. */
  readonly startedAtMs?: number;
}

/** Also the heartbeat details. */
const resultSchema = batchCountsSchema.extend({
  next: z.int().min(0).describe('First sequence number that is not published'),
});

export type PublishResult = Readonly<z.infer<typeof resultSchema>>;

/**
 * Publishes the simulated sequence numbers `[from, to)` in batches, at the rate of the source.
 *
 * A retry continues after the last batch that was heartbeaten, and may publish records again with the same ids and bytes.
 *
 * @throws ProtectKeyMissing when the worker does not have the key of protected values
 * @throws ServiceUnavailable when Kafka did not acknowledge
 */
export async function publishSimulatedRange(
  dependencies: SourceDependencies,
  { plan, from, to, startedAtMs }: PublishSimulatedRangeInput,
): Promise<PublishResult> {
  const { kafka, crash } = dependencies;
  const key = await sourceKey(dependencies, plan);
  const simulation = sourceOf(plan, 'simulate');
  const simulator = new ReadingSimulator(simulation, plan.rules.measurements, plan.rules.extraFields === 'label');
  const inRange = resultSchema.refine(({ next }) => next >= from && next <= to);
  let progress = lastHeartbeat(inRange) ?? { ...NO_COUNTS, next: from };
  const send = pacedHeartbeat(plan.rules.bounded ? 0 : LIVE_HEARTBEAT_MS.ofCheckpoint);
  const heartbeat = () => {
    send(progress);
  };
  const pace = new Pace(simulation.ratePerSecond, { startedAtMs, from, next: progress.next });
  while (progress.next < to) {
    const end = Math.min(to, progress.next + pace.batchSize(BLOCK_SIZE));
    await pace.due(end - 1, heartbeat);
    const batch = simulator.records(progress.next, end).map(({ sequence, device, payload }) => ({
      id: simulatedId(plan.run, sequence, simulation.devices),
      position: `sequence ${sequence}`,
      key: device,
      value: payload,
    }));
    const counts = await publishBatch(kafka, plan, batch, key, progress);
    crash('source');
    progress = { ...counts, next: end };
    heartbeat();
    await yieldToEventLoop();
  }
  return progress;
}
