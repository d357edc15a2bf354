import type { DeadSample, SampleOutcome } from '../contracts/inspection';
import { EVENT_ID_HEADER } from '../contracts/record';
import { parseObject } from '../contracts/json-object';
import type { PipelinePlan } from '../contracts/plan';
import { jobSettings } from '../spark/job-settings';
import { judgeRecords, type Judgement } from '../spark/judge-records';
import type { SparkInstallation } from '../spark/driver-command';
import { sampledFile, type Dead, type SampledRecord, type SampledRows } from './sampled-file';
import type { TopicRecord } from './topic-sample';

/** Returns what becomes of the first rows of a file under a plan: by the file source, and by the classes of the job. */
export async function fileOutcome(spark: SparkInstallation, plan: PipelinePlan): Promise<SampleOutcome> {
  return judged(spark, plan, await sampledFile(plan));
}

/** Returns what becomes of records of a topic under a plan. */
export async function topicOutcome(
  spark: SparkInstallation,
  plan: PipelinePlan,
  records: readonly TopicRecord[],
): Promise<SampleOutcome> {
  const sampled = records.map(({ partition, offset, timestamp, key, value, headers }): SampledRecord => {
    const position = `partition ${partition} offset ${offset}`;
    return { partition, offset, publishedMs: Number(timestamp), key, value, headers, position };
  });
  return judged(spark, plan, { records: sampled, refused: [], failure: null });
}

async function judged(
  spark: SparkInstallation,
  plan: PipelinePlan,
  { records, refused, failure }: SampledRows,
): Promise<SampleOutcome> {
  const place = {
    bootstrap: 'none',
    schemaRegistry: null,
    connectionsFile: null,
    sparkState: 'none',
    runFolder: 'none',
  };
  const settings = jobSettings({ plan, rawFrom: {}, trigger: 'available-now', start: 0 }, place);
  const judgements = records.length === 0 ? [] : await judgeRecords(spark, settings, records);
  const times = judgements.flatMap(({ topic, value }) => (topic === plan.topics.enriched ? timeOf(value) : [])).sort();
  const [first, last] = [times[0], times.at(-1)];
  const kinds = judgements.map((judgement, index) => outcomeOf(plan, judgement, records[index]?.position ?? ''));
  const dead = [...refused, ...kinds.filter((kind) => typeof kind !== 'string')];
  const count = (kind: string): number => kinds.filter((it) => it === kind).length;
  return {
    read: count('read'),
    absent: count('absent'),
    repeats: repeatsAmong(judgements.filter((_judgement, index) => kinds[index] === 'read')),
    times: first === undefined || last === undefined ? null : [first, last],
    dead: byReason(dead),
    failure,
  };
}

function repeatsAmong(read: readonly Judgement[]): number {
  return read.length - new Set(read.map(({ headers }) => headers[EVENT_ID_HEADER])).size;
}

function timeOf(value: Judgement['value']): string[] {
  return value === null ? [] : [String(parseObject(value)?.['timestamp'])];
}

function outcomeOf({ topics }: PipelinePlan, { topic, value }: Judgement, position: string): 'read' | 'absent' | Dead {
  if (topic !== topics.deadLetter) return value === null ? 'absent' : 'read';
  const { reason, detail } = parseObject(value) ?? {};
  return { reason: String(reason), position, detail: String(detail) };
}

function byReason(dead: readonly Dead[]): DeadSample[] {
  const reasons = new Map<string, DeadSample>();
  for (const letter of dead) {
    const found = reasons.get(letter.reason) ?? { ...letter, count: 0 };
    reasons.set(letter.reason, { ...found, count: found.count + 1 });
  }
  return [...reasons.values()].sort((one, other) => other.count - one.count);
}
