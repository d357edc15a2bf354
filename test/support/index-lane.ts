import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityDependencies } from '../../activities';
import type { IndexLaneInput, IndexLaneResult, LanePositions } from '../../activities/indexing/lane';
import type { KafkaGateway } from '../../activities/kafka';
import { activitiesWith } from './activities';

export type LaneTarget = Pick<IndexLaneInput, 'topic' | 'alias'> & Partial<IndexLaneInput>;

/** Completes the input of a lane: by default, all that the topic holds now. */
async function laneInput(kafka: KafkaGateway, target: LaneTarget): Promise<IndexLaneInput> {
  const { start, end } = await kafka.offsets(target.topic);
  return {
    from: positionsAt(start),
    until: end,
    partitions: Object.keys(end).length,
    maxMs: 60_000,
    heartbeat: { busyMs: 0, idleMs: 1_000 },
    lingerMs: 50,
    ageMs: null,
    wasFailing: false,
    deadLetterTopic: null,
    ...target,
  };
}

/** Runs the activity for what a topic holds, or for what `target` says. */
export async function indexLane(
  servers: Partial<ActivityDependencies> & Pick<ActivityDependencies, 'kafka'>,
  target: LaneTarget,
  environment = new MockActivityEnvironment(),
): Promise<IndexLaneResult> {
  const input = await laneInput(servers.kafka, target);
  const result: unknown = await environment.run(() => activitiesWith(servers).indexLane(input));
  return result as IndexLaneResult;
}

export function positionsAt(offsets: Readonly<Record<string, string>>): LanePositions {
  return Object.fromEntries(Object.entries(offsets).map(([partition, next]) => [partition, { next, last: null }]));
}
