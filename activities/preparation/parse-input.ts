import { durationMs } from '../contracts/duration';
import { monthsBefore, monthStartMs } from '../contracts/event-month';
import { mappingProblems, resolveFieldMapping } from '../contracts/field-mapping';
import { dialectProblems } from '../contracts/file-dialect';
import type { Measurement } from '../contracts/measurement';
import { pipelineInputSchema, type PipelineInput, type SimulateSource } from '../contracts/pipeline-input';
import { protectionProblems, resolveProtection } from '../contracts/protection';
import { aliasesOf, derivedTopics, ownRawTopic, pipelineNameSchema } from '../contracts/pipeline-names';
import type { PipelinePlan, PlannedSimulation, PlannedSource, ProcessingRules } from '../contracts/plan';
import { shortHash } from '../contracts/short-hash';
import { usableParts, type UsableParts } from '../contracts/usable-parts';
import { parseWorkflowInput } from '../contracts/workflow-input';

export interface ParseInputRequest {
  /** As the user gave it; undefined if they gave none. */
  readonly input: unknown;
  readonly workflowId: string;
  /** Run id of the first execution. */
  readonly run: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

/** Task queues of the worker that parses the input; the whole run uses them. */
export interface TaskQueues {
  readonly io: string;
  readonly lanes: string;
  readonly host: string;
}

/** What the worker's settings name beside the servers that every run needs. */
interface WorkerServices {
  readonly kibana?: boolean;
  readonly schemaRegistry?: boolean;
  readonly searchAttributes?: boolean;
  /** See `PipelinePlan`; empty if there are none. */
  readonly temporalOptions?: string;
  /** Fingerprint of the key of protected values, or why there is none. */
  readonly protectKey?: ProtectKeyFacts;
}

type PlannedQueues = Pick<PipelinePlan, 'ioTaskQueue' | 'laneTaskQueue' | 'hostTaskQueue'>;

type PlannedLive = Pick<PipelinePlan, 'maxLagMs' | 'prove'>;

type ProtectKeyFacts = { readonly fingerprint: string } | { readonly problem: string };

const WORKFLOW_ID_PREFIX = 'pipeline/';
/**
 * What the Spark job makes of the same bytes. The version counts up when that changes, so that a new generation starts and
 * old checkpoints are not used; the digest is that of its answers to the table of all parse cases, which a test compares.
 */
export const PROCESSING = {
  version: 7,
  answersSha256: '83a0b86ef0dcbcb730ecbbe91b924ee394e21e3de2d9f38ce5d4c35fd4175b63',
};
const NO_KEY: ProtectKeyFacts = { problem: 'Expected a key of protected values, got none.' };
/** A bounded run is proven at its end, which nobody waits for reading by reading. */
const NOTHING_LIVE: PlannedLive = { maxLagMs: null, prove: null };
const ONE_SECOND_MS = 1_000;
const ONE_DAY_MS = 24 * 3_600_000;

/**
 * Checks the input of a pipeline and completes it to a plan; a pure function.
 *
 * @throws InvalidInput naming every bad field at once, each with what was expected
 */
export function parseInput(
  queues: TaskQueues,
  { input, workflowId, run, startedAt }: ParseInputRequest,
  services: WorkerServices = {},
): PipelinePlan {
  const name = workflowId.startsWith(WORKFLOW_ID_PREFIX) ? workflowId.slice(WORKFLOW_ID_PREFIX.length) : '';
  const isNamed = pipelineNameSchema.safeParse(name).success;
  const given = parseWorkflowInput('pipeline', pipelineInputSchema, input, (parsed) => [
    ...(isNamed ? [] : [nameProblem(workflowId)]),
    ...contradictions(
      parsed === null ? usableParts(input) : { ...parsed, hasAllMeasurements: true },
      name,
      services.schemaRegistry === true,
    ),
    ...(parsed === null ? [] : protectProblems(parsed, services)),
  ]);
  const rules = processingRules(given, fingerprintOf(services));
  const definition = shortHash(JSON.stringify([PROCESSING.version, rules, given.spark.shufflePartitions]));
  const { temporalOptions = '' } = services;
  const generation = rules.bounded ? run : `live-${definition}`;
  return {
    name,
    run,
    generation,
    windowIdPrefix: given.source.kind === 'simulate' ? `${generation}|` : '',
    definition,
    startedAt,
    source: plannedSource(given, startedAt),
    topics: {
      raw: given.source.kind === 'topic' ? given.source.topic : ownRawTopic(name),
      ...derivedTopics(name),
    },
    aliases: aliasesOf(name),
    index: given.index.by === 'month' ? given.index : null,
    ...(rules.bounded ? NOTHING_LIVE : plannedLive(given)),
    sink: given.sink,
    partitions: given.partitions,
    lanes: given.lanes,
    minRetentionMs: durationMs(given.minRetention),
    rules,
    maxDeadLetterRatio: given.maxDeadLetterRatio,
    spark: sparkSettings(given),
    ...plannedQueues(queues),
    dashboards: services.kibana === true,
    searchAttributes: services.searchAttributes === true,
    ...(temporalOptions === '' ? {} : { temporalOptions }),
  };
}

function sparkSettings({ spark: { triggerInterval, ...spark } }: PipelineInput): PipelinePlan['spark'] {
  return { ...spark, triggerIntervalMs: triggerInterval === undefined ? null : durationMs(triggerInterval) };
}

function plannedQueues({ io, lanes, host }: TaskQueues): PlannedQueues {
  return { ioTaskQueue: io, laneTaskQueue: lanes, hostTaskQueue: host };
}

function plannedLive({ maxLag, prove: { every, again } }: PipelineInput): PlannedLive {
  return {
    maxLagMs: maxLag === null ? null : durationMs(maxLag),
    prove: every === null ? null : { everyMs: durationMs(every), again },
  };
}

/** Only an input that protects something needs it, and is refused without. */
function fingerprintOf({ protectKey = NO_KEY }: WorkerServices): string {
  return 'fingerprint' in protectKey ? protectKey.fingerprint : '';
}

function nameProblem(workflowId: string): string {
  return (
    `✖ Expected a workflow id of the form pipeline/<name>, the name made of 1 to 60 lower-case letters, digits, - and _ ` +
    `and not starting with - or _; got ${workflowId}\n  → at the workflow id`
  );
}

/** What contradicts itself in an input, also in one of which other parts do not match their schemas. */
function contradictions(
  { source, index, measurements, hasAllMeasurements }: UsableParts,
  name: string,
  schemaRegistry: boolean,
): string[] {
  const problems = measurements.flatMap(({ name: measurement, min, max }) =>
    min <= max ? [] : [`✖ Expected min ≤ max, got ${min} and ${max}\n  → at measurements, ${measurement}`],
  );
  if (index?.by === 'month' && index.from > index.to) {
    problems.push(`✖ Expected from ≤ to, got ${index.from} and ${index.to}\n  → at index`);
  }
  if (source === undefined) return problems;
  return [
    ...problems,
    ...sourceProblems(source),
    ...(source.kind === 'simulate' || !hasAllMeasurements ? [] : fieldProblems(source, measurements)),
    ...topicProblems(name, source),
    ...formatProblems(source, schemaRegistry),
  ];
}

function sourceProblems(source: PipelineInput['source']): string[] {
  if (source.kind === 'file') {
    return dialectProblems(source.format, source).map(({ option, problem }) => `✖ ${problem}\n  → at source.${option}`);
  }
  if (source.kind === 'topic' || source.records !== null || source.ratePerSecond !== null) return [];
  return ['✖ Expected a rate, since records is null and there is no end\n  → at source.ratePerSecond'];
}

function fieldProblems(
  source: Exclude<PipelineInput['source'], SimulateSource>,
  measurements: readonly Measurement[],
): string[] {
  const records = source.kind === 'file' ? source.format : source.kind;
  return mappingProblems(source, records, measurements).map((line) => `✖ ${line}`);
}

/** Reading its own output, a pipeline would process every record again and again. */
function topicProblems(name: string, source: PipelineInput['source']): string[] {
  const own = [ownRawTopic(name), ...Object.values(derivedTopics(name))];
  if (source.kind !== 'topic' || !own.includes(source.topic)) return [];
  return [
    `✖ Expected a topic that others write, got ${source.topic}, one of those that the pipeline ${name} itself writes ` +
      `(${own.join(', ')}): name another topic, or give the pipeline another name\n  → at source.topic`,
  ];
}

function formatProblems(source: PipelineInput['source'], schemaRegistry: boolean): string[] {
  if (source.kind !== 'topic' || source.format !== 'avro' || schemaRegistry) return [];
  return [
    '✖ Expected json, got avro, and the worker has no schema registry: set SCHEMA_REGISTRY_URL in its environment, ' +
      'start it again, and start this run again\n  → at source.format',
  ];
}

function protectProblems({ protect, source }: PipelineInput, { protectKey = NO_KEY }: WorkerServices): string[] {
  if (protect === undefined) return [];
  const fields = resolveFieldMapping(source.kind === 'simulate' ? { fields: {} } : source, []);
  return [
    ...protectionProblems(protect, fields).map((line) => `✖ ${line}`),
    ...('problem' in protectKey ? [`✖ ${protectKey.problem}\n  → at protect`] : []),
  ];
}

function processingRules(
  { source, measurements, index, protect, ...given }: PipelineInput,
  keyFingerprint: string,
): ProcessingRules {
  const endless = source.kind === 'simulate' ? source.records === null : source.kind === 'topic' && source.follow;
  return {
    measurements,
    fields: resolveFieldMapping(source.kind === 'simulate' ? { fields: {} } : source, measurements),
    valueFormat: source.kind === 'topic' ? source.format : 'json',
    windowMs: durationMs(given.window),
    maxClockSkewMs: durationMs(given.maxClockSkew),
    extraFields: given.extraFields,
    bounded: !endless,
    allowedLatenessMs: durationMs(given.live.allowedLateness),
    deduplicationMs: durationMs(given.live.deduplication),
    eventStartMs: index.by === 'month' ? monthStartMs(index.from) : null,
    eventEndMs: index.by === 'month' ? monthStartMs(monthsBefore(index.to, -1)) : null,
    ...(protect === undefined ? {} : { protect: resolveProtection(protect, keyFingerprint) }),
  };
}

function plannedSource({ source }: PipelineInput, startedAt: string): PlannedSource {
  if (source.kind === 'simulate') return plannedSimulation(source, startedAt);
  return source.kind === 'topic' ? { kind: 'topic', follow: source.follow } : source;
}

/** With a rate, event time advances as fast as the clock. */
function plannedSimulation(source: SimulateSource, startedAt: string): PlannedSimulation {
  const { records, devices, ratePerSecond } = source;
  const defaultMs = ratePerSecond === null ? ONE_SECOND_MS : Math.max(1, Math.round((devices / ratePerSecond) * 1_000));
  const intervalMs = source.intervalMs ?? defaultMs;
  // No reading of a bounded run may lie in the future.
  const headStartMs = records === null ? 0 : Math.max(ONE_DAY_MS, Math.ceil(records / devices) * intervalMs);
  const startAt = source.startAt ?? new Date(Date.parse(startedAt) - headStartMs).toISOString();
  return { ...source, startAt, intervalMs };
}
