import { randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import type { ReconcileRequest } from '../../activities/contracts/report';
import type { KafkaGateway } from '../../activities/kafka';
import { prepareIndices } from '../../activities/preparation/prepare-indices';
import {
  derived,
  enrichedValue,
  newRequest,
  rawRecord,
  wholeTopic,
  windowsOf,
} from '../activities/reconciliation/written-run';

const PARTITIONS = 2;
/** Makes a reading about 300 bytes long. */
export const READING_TEXT = 'steady as she goes '.repeat(9).trim();

export interface PublishedRunOptions {
  readonly readings: number;
  /** Whether the mapping must reject this reading. */
  readonly isPoison: (sequence: number) => boolean;
}

/**
 * Publishes what a source and Spark write to the topics of a new pipeline, some records twice, and creates its indices
 * without documents.
 */
export async function publishRun(
  { kafka, elasticsearch }: { readonly kafka: KafkaGateway; readonly elasticsearch: Client },
  { readings, isPoison }: PublishedRunOptions,
): Promise<ReconcileRequest> {
  const run = randomUUID();
  const request = newRequest(run, readings, `faults-${run}`);
  const { scope, aliases } = request;
  const topics = [scope.raw, scope.enriched, scope.windows, scope.deadLetter].map(({ topic }) => topic);
  await kafka.prepareTopics(topics.map((topic) => ({ topic, partitions: PARTITIONS, maxMessageBytes: 4_194_352 })));
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });

  const sequences = Array.from({ length: readings }, (_, sequence) => sequence);
  const repeated = sequences.filter((sequence) => sequence % 50 === 0);
  const value = (sequence: number): object => ({
    ...enrichedValue(run, sequence),
    text: READING_TEXT,
    ...(isPoison(sequence) ? { temperature: 'warm' } : {}),
  });
  const all = [...sequences, ...repeated];
  await kafka.publish(
    scope.raw.topic,
    all.map((sequence) => rawRecord(run, sequence)),
  );
  await kafka.publish(
    scope.enriched.topic,
    all.map((sequence) => derived(run, value(sequence))),
  );
  await kafka.publish(
    scope.windows.topic,
    windowsOf(run, sequences).map((window) => derived(run, window)),
  );
  return {
    ...request,
    scope: {
      ...scope,
      raw: await wholeTopic(kafka, scope.raw.topic),
      enriched: await wholeTopic(kafka, scope.enriched.topic),
      windows: await wholeTopic(kafka, scope.windows.topic),
    },
  };
}
