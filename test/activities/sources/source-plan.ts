import { resolveFieldMapping } from '../../../activities/contracts/field-mapping';
import { pipelineInputSchema, type PipelineInput } from '../../../activities/contracts/pipeline-input';
import type { PipelinePlan } from '../../../activities/contracts/plan';

/** A plan of an input, completed as far as sources look at it. */
export function sourcePlan(input: unknown, { run = 'run-1', name = 'sources' } = {}): PipelinePlan {
  const parsed: PipelineInput = pipelineInputSchema.parse(input);
  const { source, measurements } = parsed;
  if (source.kind === 'topic') throw new TypeError('a topic is read by Spark itself');
  return {
    name,
    run,
    generation: run,
    definition: '00000000',
    startedAt: '2026-05-02T00:00:00.000Z',
    source: source.kind === 'simulate' ? { ...source, startAt: source.startAt ?? '2026-05-01T00:00:00.000Z' } : source,
    topics: {
      raw: `${name}.raw`,
      enriched: `${name}.enriched`,
      windows: `${name}.windows`,
      deadLetter: `${name}.dead-letter`,
    },
    aliases: { readings: name, windows: name, deadLetters: name, runs: name },
    partitions: parsed.partitions,
    rules: {
      measurements,
      fields: resolveFieldMapping(source.kind === 'file' ? source.fields : {}, measurements),
      windowMs: 60_000,
      maxClockSkewMs: 300_000,
      extraFields: parsed.extraFields,
      bounded: true,
      allowedLatenessMs: 600_000,
      deduplicationMs: 600_000,
      shufflePartitions: 2,
    },
    driverMemoryMb: 1_024,
    maxRecordsPerBatch: 100_000,
    ioTaskQueue: 'pipeline-io',
    hostTaskQueue: 'pipeline-host-test',
  };
}
