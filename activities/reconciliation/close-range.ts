import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { hasPassed, type PartitionOffsets } from '../contracts/offsets';
import type {
  CheckedStage,
  CloseRangeInput,
  CloseRangeResult,
  RangeOffsets,
  StageCheckpoint,
} from '../contracts/proof-range';
import type { KafkaGateway } from '../kafka';

const FIRST_PAUSE_MS = 1_000;
/** Each look is a query, and queries are billed. */
const MAX_PAUSE_MS = 30_000;

/**
 * Closes a range at what Spark has committed, and waits until everything that was made of it is indexed.
 *
 * The ends of the enriched and the windows topic are taken after that commit, and the end of the dead letters after the
 * indexers have passed those, since what an index rejects becomes one. It takes the checkpoints from the workflows alone,
 * and decides by them when to prove, never what is proven.
 *
 * @throws SourceMissing when a topic does not exist
 * @throws ServiceUnavailable when Kafka does not respond
 */
export async function closeRange(
  { kafka, temporal }: { readonly kafka: KafkaGateway; readonly temporal: () => Client },
  { topics, stages, from, isFirst, maxWaitMs }: CloseRangeInput,
): Promise<CloseRangeResult> {
  const deadlineMs = Date.now() + maxWaitMs;
  const begin = isFirst ? await retained(kafka, topics, from) : from;
  const closedMs = Date.now();
  const committed = await checkpointOf(temporal, stages.spark);
  if (committed === null) return { waitsFor: 'spark' };
  const raw = furthest(begin.raw, committed);
  const endOf = async (topic: string): Promise<PartitionOffsets> => (await kafka.offsets(topic)).end;
  const isPast = (stage: CheckedStage, ends: PartitionOffsets) =>
    untilPassed(temporal, stages[stage], ends, deadlineMs);

  const [enriched, windows] = [await endOf(topics.enriched), await endOf(topics.windows)];
  if (!(await isPast('readings', enriched))) return { waitsFor: 'readings' };
  if (!(await isPast('windows', windows))) return { waitsFor: 'windows' };
  const deadLetter = await endOf(topics.deadLetter);
  if (!(await isPast('deadLetters', deadLetter))) return { waitsFor: 'deadLetters' };
  return { closedMs, from: begin, to: { raw, enriched, windows, deadLetter } };
}

async function untilPassed(
  temporal: () => Client,
  workflowId: string,
  ends: PartitionOffsets,
  deadlineMs: number,
): Promise<boolean> {
  const context = Context.current();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    const next = await checkpointOf(temporal, workflowId);
    if (next !== null && hasPassed(next, ends)) return true;
    if (Date.now() + pauseMs > deadlineMs) return false;
    context.heartbeat();
    await context.sleep(pauseMs);
  }
}

/** Returns null if the stage has none yet, has ended, or cannot be asked now: the range is then closed later. */
async function checkpointOf(temporal: () => Client, workflowId: string): Promise<PartitionOffsets | null> {
  const { log } = Context.current();
  try {
    const { checkpoint } = await temporal().workflow.getHandle(workflowId).query<StageCheckpoint>('progress');
    return checkpoint ?? null;
  } catch (error) {
    log.warn('a stage did not tell its checkpoint', { stage: workflowId, error });
    return null;
  }
}

/** A driver that has just started may report less than an earlier one. */
function furthest(from: PartitionOffsets, committed: PartitionOffsets): PartitionOffsets {
  const further = Object.entries(committed).filter(([partition, end]) => BigInt(end) > BigInt(from[partition] ?? 0));
  return { ...from, ...Object.fromEntries(further) };
}

async function retained(kafka: KafkaGateway, topics: CloseRangeInput['topics'], from: RangeOffsets) {
  const later = async (topic: keyof RangeOffsets): Promise<PartitionOffsets> =>
    furthest(from[topic], (await kafka.offsets(topics[topic])).start);
  return {
    raw: await later('raw'),
    enriched: await later('enriched'),
    windows: await later('windows'),
    deadLetter: await later('deadLetter'),
  };
}
