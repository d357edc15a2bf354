import { join } from 'node:path';
import { mappedHeaders, type FieldMapping } from '../contracts/field-mapping';
import type { Measurement } from '../contracts/measurement';
import type { PartitionOffsets } from '../contracts/offsets';
import { fillsRawTopic } from '../contracts/pipeline-names';
import { POSITION_HEADER, ROW_HEADER } from '../contracts/record';
import type { PipelinePlan, ProcessingRules, SparkSettings } from '../contracts/plan';
import type { Protection } from '../contracts/protection';
import { runFiles } from './run-folder';
import type { SubmitSparkJobInput } from './types';

/** The driver ends itself if nobody has renewed its lease for this long: the workflow ended, or no worker came back. */
const LEASE_MS = 120_000;

/**
 * The settings file of the Spark job, documented in `deploy/spark/Settings.java`. Settings of the plan's
 * `rules` and `spark` are passed on under their own names.
 */
export interface JobSettings
  extends
    Pick<PipelinePlan, 'topics' | 'run' | 'generation' | 'windowIdPrefix'>,
    Omit<ProcessingRules, 'measurements' | 'fields' | 'protect'>,
    SparkSettings,
    Pick<SubmitSparkJobInput, 'trigger'>,
    ReturnType<typeof runFiles> {
  readonly bootstrap: string;
  /** URL. */
  readonly schemaRegistry: string | null;
  /** Path of the file with what the job connects with; null: it connects to nothing. */
  readonly connectionsFile: string | null;
  /** `keyFile`: absolute path of the file with the key, which itself is no setting. Null if nothing is protected. */
  readonly protect: (Protection & { readonly keyFile: string }) | null;
  /** See `fillsRawTopic`. */
  readonly ownRawTopic: boolean;
  /** Epoch ms. */
  readonly startedMs: number;
  readonly checkpoint: string;
  readonly startingOffsets: PartitionOffsets | 'earliest';
  readonly failOnDataLoss: boolean;
  readonly untilOffsets: PartitionOffsets | null;
  /** Headers of raw records that the job reads beside those that every pipeline has. */
  readonly rawHeaders: readonly string[];
  readonly fields: Omit<FieldMapping, 'measurements'> & {
    readonly measurements: readonly (Measurement & Partial<FieldMapping['measurements'][number]>)[];
  };
  readonly leaseMs: number;
}

/** Where the job finds servers and folders. */
interface JobPlaces
  extends
    Readonly<Record<'bootstrap' | 'sparkState' | 'runFolder', string>>,
    Pick<JobSettings, 'schemaRegistry' | 'connectionsFile'> {
  /** Absolute; null if the worker has none, which it needs for protected values. */
  readonly protectKeyFile?: string | null;
}

/** Translates a plan into the settings of one start. */
export function jobSettings(
  { plan, rawFrom, rawUntil = null, trigger, accepted = null }: SubmitSparkJobInput,
  { bootstrap, schemaRegistry, connectionsFile, protectKeyFile = null, sparkState, runFolder }: JobPlaces,
): JobSettings {
  const { name, topics, run, generation, windowIdPrefix, spark } = plan;
  const { fields, measurements, protect, ...rules } = plan.rules;
  return {
    bootstrap,
    schemaRegistry,
    connectionsFile,
    protect: protect === undefined ? null : { ...protect, keyFile: protectKeyFile ?? '' },
    topics,
    ownRawTopic: fillsRawTopic(name, topics.raw),
    run,
    generation,
    windowIdPrefix,
    startedMs: Date.parse(plan.startedAt),
    checkpoint: checkpointFolder(sparkState, plan),
    startingOffsets: accepted === 'TopicRecreated' ? 'earliest' : rawFrom,
    failOnDataLoss: accepted !== 'OffsetOutOfRange',
    untilOffsets: rawUntil,
    trigger,
    ...rules,
    ...spark,
    rawHeaders: [...mappedHeaders(fields), ...(plan.source.kind === 'file' ? [ROW_HEADER, POSITION_HEADER] : [])],
    fields: { ...fields, measurements: measurements.map((limits, i) => ({ ...limits, ...fields.measurements[i] })) },
    leaseMs: LEASE_MS,
    ...runFiles(runFolder),
  };
}

/** One per generation and definition, so that a changed definition never reads old state. */
export function checkpointFolder(sparkState: string, plan: PipelinePlan): string {
  return join(sparkState, 'checkpoints', pathSafe(plan.name), pathSafe(`${plan.generation}-${plan.definition}`));
}

/** The checkpoint of each query of the job: see `deploy/spark/ReadingsQueries.java`. */
export function queryCheckpoints(checkpoint: string, { rules }: Pick<PipelinePlan, 'rules'>): readonly string[] {
  return rules.bounded ? [checkpoint] : ['records', 'windows'].map((query) => join(checkpoint, query));
}

/** The folder of all starts of a run. */
export function startsFolder(sparkState: string, { name, run }: PipelinePlan): string {
  return join(sparkState, 'runs', pathSafe(name), pathSafe(run));
}

function pathSafe(part: string): string {
  return encodeURIComponent(part).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}
