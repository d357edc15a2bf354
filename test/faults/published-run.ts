import { randomUUID } from 'node:crypto';
import type { ReconcileRequest } from '../../activities/contracts/report';
import {
  derived,
  enrichedValue,
  newRequest,
  prepareRun,
  rawRecord,
  type Servers,
  windowsOf,
  withTopicRanges,
} from '../activities/reconciliation/written-run';

/** Makes a reading about 300 bytes long. */
export const READING_TEXT = 'steady as she goes '.repeat(9).trim();

export interface PublishedRunOptions {
  /** Of the pipeline; by default one that no other run has. */
  readonly name?: string | undefined;
  readonly readings: number;
  /** Whether the mapping must reject this reading. */
  readonly isPoison: (sequence: number) => boolean;
}

/**
 * Publishes what a source and Spark write to the topics of a new pipeline, some records twice, and creates its indices
 * without documents.
 */
export async function publishRun(
  servers: Servers,
  { name, readings, isPoison }: PublishedRunOptions,
): Promise<ReconcileRequest> {
  const run = randomUUID();
  const request = newRequest(run, readings, name ?? `faults-${run}`);
  const { scope } = request;
  await prepareRun(servers, request);

  const sequences = Array.from({ length: readings }, (_, sequence) => sequence);
  const repeated = sequences.filter((sequence) => sequence % 50 === 0);
  const value = (sequence: number): object => ({
    ...enrichedValue(run, sequence),
    text: READING_TEXT,
    ...(isPoison(sequence) ? { temperature: 'warm' } : {}),
  });
  const all = [...sequences, ...repeated];
  await servers.kafka.publish(
    scope.raw.topic,
    all.map((sequence) => rawRecord(run, sequence)),
  );
  await servers.kafka.publish(
    scope.enriched.topic,
    all.map((sequence) => derived(run, value(sequence))),
  );
  await servers.kafka.publish(
    scope.windows.topic,
    windowsOf(run, sequences).map((window) => derived(run, window)),
  );
  return await withTopicRanges(servers.kafka, request);
}
