import type { PipelinePlan } from '../../activities/contracts/plan';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import { RECORD_WORK } from '../policies';
import { PacedSource, type CarriedSource, type SourceResult } from './paced-source';

/** Sequence numbers published by one activity when there is no rate. */
const FULL_SPEED_RANGE = 10_000;

export interface SimulateReadingsInput {
  readonly plan: PipelinePlan;
  /** State of the execution before this one. */
  readonly carried?: CarriedSource;
}

/** Publishes simulated readings, range by range, to the planned number or until it is stopped or cancelled. */
export async function simulateReadings({ plan, carried }: SimulateReadingsInput): Promise<SourceResult> {
  const { source } = plan;
  if (source.kind !== 'simulate') throw new TypeError(`expected a simulate source, got ${source.kind}`);
  const paced = new PacedSource(source, carried);
  const last = source.records ?? Infinity;

  while (paced.next < last && (await paced.mayPublish())) {
    const { next: from, ratePerSecond } = paced;
    const to = Math.min(from + paced.rangeSize(FULL_SPEED_RANGE), last);
    const summary = `readings ${from} to ${to - 1}`;
    const { publishSimulatedRange } = paced.activities({ ...RECORD_WORK, taskQueue: plan.laneTaskQueue, summary });
    const { next, ...counts } = await publishSimulatedRange({
      plan: { ...plan, source: { ...source, ratePerSecond } },
      from,
      to,
      ...paced.due(),
    });
    await paced.advance(next, counts);
    if (isHistoryFull()) {
      await continueAfterHandlers<typeof simulateReadings>(() => [{ plan, carried: paced.carried }]);
    }
  }
  return await paced.result(paced.next === last, null);
}
