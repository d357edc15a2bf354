import { createHash } from 'node:crypto';
import { z } from 'zod';
import { mappingProblems, resolveFieldMapping } from '../contracts/field-mapping';
import { durationMs, pipelineInputSchema, type PipelineInput } from '../contracts/pipeline-input';
import type { PipelinePlan, PlannedSource, ProcessingRules } from '../contracts/plan';
import { pipelineFailure } from '../failures';

export interface ParseInputRequest {
  /** As the user gave it; undefined when they gave none. */
  readonly input: unknown;
  readonly workflowId: string;
  /** Run id of the first execution. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

/** Task queues of the worker that parses, which are those of the whole run. */
export interface TaskQueues {
  readonly io: string;
  readonly host: string;
}

const WORKFLOW_ID_PREFIX = 'pipeline/';
/** Kafka and Elasticsearch both take such a name as a prefix. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,59}$/;
const ONE_DAY_MS = 24 * 3_600_000;

/**
 * Checks the input of a pipeline and completes it to a plan; pure.
 *
 * @throws InvalidInput naming every bad field at once, each with what was expected
 */
export function parseInput(queues: TaskQueues, { input, workflowId, run, startedAt }: ParseInputRequest): PipelinePlan {
  const name = workflowId.startsWith(WORKFLOW_ID_PREFIX) ? workflowId.slice(WORKFLOW_ID_PREFIX.length) : '';
  const parsed = pipelineInputSchema.safeParse(input ?? {});
  const problems = [
    ...(NAME.test(name) ? [] : [nameProblem(workflowId)]),
    ...(parsed.success ? inputProblems(parsed.data) : [z.prettifyError(parsed.error)]),
  ];
  if (!parsed.success || problems.length > 0) {
    throw pipelineFailure('InvalidInput', `The input of this pipeline cannot be used:\n${problems.join('\n')}`);
  }
  const given = parsed.data;
  const rules = processingRules(given);
  const definition = createHash('sha256').update(JSON.stringify(rules)).digest('hex').slice(0, 8);
  return {
    name,
    run,
    generation: rules.bounded ? run : `live-${definition}`,
    definition,
    startedAt,
    source: plannedSource(given, startedAt),
    topics: {
      raw: given.source.kind === 'topic' ? given.source.topic : `${name}.raw`,
      enriched: `${name}.enriched`,
      windows: `${name}.windows`,
      deadLetter: `${name}.dead-letter`,
    },
    aliases: {
      readings: `${name}-readings`,
      windows: `${name}-windows`,
      deadLetters: `${name}-dead-letters`,
      runs: `${name}-runs`,
    },
    partitions: given.partitions,
    rules,
    driverMemoryMb: given.spark.driverMemoryMb,
    maxRecordsPerBatch: given.spark.maxRecordsPerBatch,
    ioTaskQueue: queues.io,
    hostTaskQueue: queues.host,
  };
}

function nameProblem(workflowId: string): string {
  return (
    `✖ Expected a workflow id of the form pipeline/<name>, the name made of 1 to 60 lower-case letters, digits, - and _ ` +
    `and not starting with - or _; got ${workflowId}\n  → at the workflow id`
  );
}

function inputProblems({ source, measurements }: PipelineInput): string[] {
  const ranges = measurements.flatMap(({ name, min, max }) =>
    min <= max ? [] : [`✖ Expected min ≤ max, got ${min} and ${max}\n  → at measurements, ${name}`],
  );
  if (source.kind === 'simulate') return ranges;
  return [...ranges, ...mappingProblems(source.fields, measurements).map((line) => `✖ ${line}`)];
}

function processingRules({ source, measurements, ...given }: PipelineInput): ProcessingRules {
  const endless = source.kind === 'simulate' ? source.records === null : source.kind === 'topic' && source.follow;
  return {
    measurements,
    fields: resolveFieldMapping(source.kind === 'simulate' ? {} : source.fields, measurements),
    windowMs: durationMs(given.window),
    maxClockSkewMs: durationMs(given.maxClockSkew),
    extraFields: given.extraFields,
    bounded: !endless,
    allowedLatenessMs: durationMs(given.live.allowedLateness),
    deduplicationMs: durationMs(given.live.deduplication),
    shufflePartitions: given.spark.shufflePartitions,
  };
}

function plannedSource({ source }: PipelineInput, startedAt: string): PlannedSource {
  switch (source.kind) {
    case 'simulate':
      return { ...source, startAt: source.startAt ?? new Date(Date.parse(startedAt) - ONE_DAY_MS).toISOString() };
    case 'file':
      return source;
    case 'topic':
      return { kind: 'topic', follow: source.follow };
  }
}
