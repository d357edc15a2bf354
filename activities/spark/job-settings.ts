import { join } from 'node:path';
import type { MeasurementColumn } from '../contracts/field-mapping';
import type { PartitionOffsets } from '../contracts/offsets';
import type { PipelinePlan, PipelineTopics } from '../contracts/plan';
import type { SubmitSparkJobInput } from './types';

/** The driver ends when nobody has watched it for so long: its workflow is gone, or no worker came back. */
const LEASE_MS = 120_000;

/** What `deploy/spark/readings_job.py` reads from its settings file; `settings.py` there has the meanings. */
export interface JobSettings {
  readonly bootstrap: string;
  readonly topics: PipelineTopics;
  readonly run: string;
  readonly generation: string;
  readonly checkpoint: string;
  readonly startingOffsets: PartitionOffsets | 'earliest';
  readonly untilOffsets: PartitionOffsets | null;
  readonly trigger: 'available-now' | 'continuous';
  readonly triggerIntervalMs: number;
  readonly fields: {
    readonly deviceId: string;
    readonly timestamp: string;
    readonly text: string;
    readonly eventId: string;
    readonly measurements: readonly (MeasurementColumn & { readonly unit: string })[];
  };
  readonly windowMs: number;
  readonly maxClockSkewMs: number;
  readonly extraFields: 'label' | 'dead-letter';
  readonly eventStartMs: number | null;
  readonly eventEndMs: number | null;
  readonly bounded: boolean;
  readonly allowedLatenessMs: number;
  readonly deduplicationMs: number;
  readonly shufflePartitions: number;
  readonly maxOffsetsPerTrigger: number;
  readonly claimFile: string;
  readonly leaseFile: string;
  readonly leaseMs: number;
  readonly progressFile: string;
  readonly resultFile: string;
}

/** Translates a plan into the settings of one start. */
export function jobSettings(
  { plan, rawFrom, rawUntil, trigger }: SubmitSparkJobInput,
  { bootstrap, sparkState, runFolder }: { bootstrap: string; sparkState: string; runFolder: string },
): JobSettings {
  const { fields, measurements, ...rules } = plan.rules;
  const unitOf = (name: string): string => measurements.find((measurement) => measurement.name === name)?.unit ?? '';
  return {
    bootstrap,
    topics: plan.topics,
    run: plan.run,
    generation: plan.generation,
    checkpoint: checkpointFolder(sparkState, plan),
    startingOffsets: rawFrom,
    untilOffsets: rawUntil ?? null,
    trigger,
    triggerIntervalMs: plan.triggerIntervalMs,
    fields: { ...fields, measurements: fields.measurements.map((m) => ({ ...m, unit: unitOf(m.name) })) },
    ...rules,
    maxOffsetsPerTrigger: plan.maxRecordsPerBatch,
    leaseMs: LEASE_MS,
    ...runFiles(runFolder),
  };
}

/** Where the job and its watcher meet. */
export function runFiles(
  runFolder: string,
): Pick<JobSettings, 'claimFile' | 'leaseFile' | 'progressFile' | 'resultFile'> {
  return {
    claimFile: join(runFolder, 'claim.json'),
    leaseFile: join(runFolder, 'lease'),
    progressFile: join(runFolder, 'progress.json'),
    resultFile: join(runFolder, 'result.json'),
  };
}

/** One per definition and generation, so that a changed definition never meets old state. */
export function checkpointFolder(sparkState: string, plan: PipelinePlan): string {
  return join(sparkState, 'checkpoints', pathSafe(plan.name), pathSafe(`${plan.generation}-${plan.definition}`));
}

/** Folder of all starts of a run. */
export function startsFolder(sparkState: string, { name, run }: PipelinePlan): string {
  return join(sparkState, 'runs', pathSafe(name), pathSafe(run));
}

function pathSafe(part: string): string {
  return encodeURIComponent(part).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}
