import { Context } from '@temporalio/activity';
import { z } from 'zod';
import type { PipelinePlan } from '../contracts/plan';
import { simulatedId } from '../contracts/simulated-id';
import { isMalformed, type PlannedSimulation } from '../contracts/simulated-shares';
import { pipelineFailure } from '../contracts/failures';
import { yieldToEventLoop, lastHeartbeat } from '../heartbeat';
import { Pace } from './pace';
import { publishBatch, type SourceDependencies } from './publish-batch';
import { BLOCK_SIZE, ReadingSimulator, type SimulatedRecord } from './simulation/simulate-reading';

export interface PublishSimulatedRangeInput {
  readonly plan: PipelinePlan;
  /** First sequence wanted. */
  readonly from: number;
  /** First sequence not wanted. */
  readonly to: number;
  /** Epoch ms at which `from` is due under a rate; by default the start of the attempt. */
  readonly startedAtMs?: number;
}

export interface PublishResult {
  /** First sequence not published. */
  readonly next: number;
  /** Raw records that Kafka acknowledged, repeats included. */
  readonly published: number;
  readonly deadLetters: number;
  readonly repeats: number;
  /** Sequences whose record is malformed. */
  readonly malformed: number;
  /** Keys and values of the raw records. */
  readonly bytes: number;
}

const count = z.int().min(0);
const progressSchema = z.strictObject({
  next: count,
  published: count,
  deadLetters: count,
  repeats: count,
  malformed: count,
  bytes: count,
});

/**
 * Publishes the simulated sequences `[from, to)`, batch by batch, at the source's rate.
 *
 * A retry goes on after the last batch that a heartbeat told of, and may publish records again: same ids, same bytes.
 *
 * @throws ServiceUnavailable when Kafka did not acknowledge
 */
export async function publishSimulatedRange(
  { kafka, crash }: SourceDependencies,
  { plan, from, to, startedAtMs }: PublishSimulatedRangeInput,
): Promise<PublishResult> {
  const simulation = simulationOf(plan);
  const simulator = new ReadingSimulator(simulation, plan.rules.measurements, plan.rules.extraFields === 'label');
  const inRange = progressSchema.refine(({ next }) => next >= from && next <= to);
  let progress: PublishResult = lastHeartbeat(inRange) ?? {
    next: from,
    published: 0,
    deadLetters: 0,
    repeats: 0,
    malformed: 0,
    bytes: 0,
  };
  const beat = () => {
    Context.current().heartbeat(progress);
  };
  const pace = new Pace(
    simulation.ratePerSecond,
    startedAtMs ?? Date.now(),
    startedAtMs === undefined ? progress.next : from,
  );
  while (progress.next < to) {
    const end = Math.min(to, progress.next + pace.batchSize(BLOCK_SIZE));
    await pace.due(end - 1, beat);
    const records = simulator.records(progress.next, end);
    const sent = await publishBatch(
      kafka,
      plan,
      records.map((record) => sourceRecord(plan.run, simulation, record)),
    );
    crash('source');
    progress = {
      next: end,
      published: progress.published + sent.published,
      deadLetters: progress.deadLetters + sent.deadLetters,
      repeats: progress.repeats + records.filter(({ repeat }) => repeat).length,
      malformed:
        progress.malformed +
        records.filter(({ sequence, repeat }) => !repeat && isMalformed(simulation, sequence)).length,
      bytes: progress.bytes + sent.bytes,
    };
    beat();
    await yieldToEventLoop();
  }
  return progress;
}

function simulationOf({ source }: PipelinePlan): PlannedSimulation {
  if (source.kind === 'simulate') return source;
  throw pipelineFailure('InvalidInput', `source.kind: expected simulate, got ${source.kind}`);
}

function sourceRecord(run: string, { devices }: PlannedSimulation, { sequence, device, payload }: SimulatedRecord) {
  return { id: simulatedId(run, sequence, devices), position: `sequence ${sequence}`, key: device, value: payload };
}
