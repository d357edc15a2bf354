import { ApplicationFailure } from '@temporalio/common';
import type { InspectedSource, InspectionRequest, SampleOutcome, SourceAccount } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import type { PipelinePlan } from '../contracts/plan';
import type { KafkaGateway } from '../kafka';
import { pipelineInputSchema } from '../contracts/pipeline-input';
import { parseWorkflowInput } from '../contracts/workflow-input';
import { parseInput } from '../preparation/parse-input';
import type { SparkInstallation } from '../spark/driver-command';
import { fileSample } from './file-sample';
import { merged, sectionAt, settingAt } from './given-settings';
import { proposal } from './proposal';
import { fileOutcome, topicOutcome } from './sample-outcome';
import type { Sample } from './sample';
import { topicSample, type TopicRecord } from './topic-sample';

export interface InspectionDependencies {
  /** Used for topics only. */
  readonly kafka: KafkaGateway;
  /** Whose classes judge the sample. */
  readonly spark: SparkInstallation;
}

const QUEUES = { io: 'none', lanes: '', host: 'none' };

/**
 * Looks at the first thousand rows of a file or records of a topic, and proposes an input that reads them.
 *
 * The account has values of the source: names of columns and samples. It changes nothing, and needs a server only for a
 * topic.
 *
 * @throws InvalidInput when given settings cannot be used
 * @throws SourceMissing when the file or topic does not exist or cannot be read
 * @throws SourceMalformed when the file has a format that cannot be read
 */
export async function inspectSource(
  { kafka, spark }: InspectionDependencies,
  { source, given, isComplete }: InspectionRequest,
): Promise<SourceAccount> {
  // The settings may be those of any input, whose source has the same name.
  const known = merged(given, { source: { ...source } });
  assertUsable(known);
  const sample = await sampleOf(kafka, source, known);
  const { notes, ...proposed } = proposal(sample, known);
  const input = isComplete ? given : proposed.input;
  const { records, facts, sampled } = sample;
  const isAnswer = Object.keys(given).length > 0;
  const { outcome, problem } = await outcomeUnder(input, isAnswer, (plan) => {
    return records === null ? fileOutcome(spark, plan) : topicOutcome(spark, plan, records);
  });
  const others = notes.filter((note) => note !== outcome?.failure);
  return {
    source,
    facts,
    sampled,
    ...proposed,
    input,
    notes: [...others, ...problem, ...epochNotes(input, outcome)],
    outcome,
  };
}

/** Checks what can be seen before the source is read; the rest of an input is proposed. */
function assertUsable(known: JsonObject): void {
  const given = sectionAt(known, 'source');
  const source = { format: 'csv', ...given };
  const isFile = given['kind'] === 'file';
  parseWorkflowInput('pipeline', pipelineInputSchema, isFile ? { ...known, source } : known);
}

/** No device that counts seconds has worked in 1970. */
function epochNotes(input: JsonObject, outcome: SampleOutcome | null): string[] {
  const format = settingAt(input, 'source.fields.timestamp.format');
  const isEpoch = ['s', 'ms', 'us', 'ns'].includes(String(format));
  if (!isEpoch || outcome?.times?.[0].startsWith('1970') !== true) return [];
  return [
    `Timestamps are read as times of 1970: source.fields.timestamp.format ${String(format)} is hardly their unit.`,
  ];
}

/** `records` is null for a file, which is read again as the file source reads it. */
async function sampleOf(
  kafka: KafkaGateway,
  source: InspectedSource,
  known: JsonObject,
): Promise<Sample & { readonly records: readonly TopicRecord[] | null }> {
  if (source.kind === 'topic') return topicSample(kafka, source.topic);
  return { ...(await fileSample(source.path, known)), records: null };
}

async function outcomeUnder(
  input: JsonObject,
  isAnswer: boolean,
  judge: (plan: PipelinePlan) => Promise<SampleOutcome>,
): Promise<{ readonly outcome: SampleOutcome | null; readonly problem: readonly string[] }> {
  try {
    return { outcome: await judge(planOf(input)), problem: [] };
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || !['InvalidInput', 'SparkFailed'].includes(error.type ?? ''))
      throw error;
    if (isAnswer && error.type === 'InvalidInput') throw error;
    return { outcome: null, problem: [error.message] };
  }
}

function planOf(input: JsonObject): PipelinePlan {
  const startedAt = new Date().toISOString();
  // What becomes of a record does not depend on it, and no key is needed without it.
  const unprotected = { ...input, protect: undefined };
  return parseInput(QUEUES, { input: unprotected, workflowId: 'pipeline/inspection', run: 'inspection', startedAt });
}
