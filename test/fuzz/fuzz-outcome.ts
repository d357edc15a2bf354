import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { FAILURES, type FailureType } from '../../activities/contracts/failures';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { PlannedIds } from '../../activities/contracts/planned-ids';
import { plannedIds } from '../../activities/reconciliation/planned-ids';
import type { FileFacts } from '../../activities/sources/file/file-identity';
import { sourceOf } from '../../activities/sources/publish-batch';
import type { FilePublishResult } from '../../activities/sources/publish-file-range';
import { activityEnvironment } from '../activities/sources/activity-environment';
import { RecordingKafka } from '../activities/sources/recording-kafka';
import { sourcePlan } from '../activities/sources/source-plan';
import type { RawRecord } from '../deploy/spark/judged-records';
import { activitiesWith, NO_EARLIER_RUNS } from '../support/activities';
import type { FuzzInput } from './fuzz-input';

/** Refused with a type of the failure table, or the records of the raw topic. */
export type FuzzOutcome =
  | { readonly refused: FailureType; readonly message: string }
  | { readonly plan: PipelinePlan; readonly records: readonly RawRecord[]; readonly deadLetters: number };

/** The failures with which an input may be refused. */
const REFUSALS: readonly string[] = ['InvalidInput', 'SourceMalformed'];

/**
 * Takes an input through the file source up to the raw topic.
 *
 * @throws Error when it fails in another way, or when the proof would plan other rows than are published
 */
export async function outcomeOf(input: FuzzInput, folder: string): Promise<FuzzOutcome> {
  const path = join(folder, String(input.number));
  const place = input.kind === 'file' ? { kind: 'file', path } : { kind: 'topic', topic: 'plant.readings' };
  try {
    const plan = sourcePlan({ ...input.settings, source: { ...input.source, ...place } });
    if (input.kind === 'topic') return { plan, records: input.records, deadLetters: 0 };
    await writeFile(path, input.file);
    return await published(plan);
  } catch (error) {
    return refusal(error);
  }
}

/** @throws the error itself unless it is a stated refusal */
function refusal(error: unknown): FuzzOutcome {
  if (!(error instanceof ApplicationFailure) || !REFUSALS.includes(error.type ?? '')) throw error;
  const refused = Object.keys(FAILURES).find((type) => type === error.type) as FailureType;
  return { refused, message: error.message };
}

async function published(plan: PipelinePlan): Promise<FuzzOutcome> {
  const kafka = new RecordingKafka();
  const { inspectFile, publishFileRange } = activitiesWith({
    kafka,
    elasticsearch: NO_EARLIER_RUNS,
    crash: () => undefined,
  });
  const facts: FileFacts = await activityEnvironment().run(inspectFile, { plan });
  for (let [byteFrom, rowFrom, done] = [0, 0, false]; !done;) {
    const range = { plan, facts, byteFrom, rowFrom, maxRecords: 7 };
    const result: FilePublishResult = await activityEnvironment().run(publishFileRange, range);
    ({ byteNext: byteFrom, rowNext: rowFrom, done } = result);
  }
  const { raw, deadLetter } = plan.topics;
  const planned = await rowIds({ ...sourceOf(plan, 'file'), ...facts, device: plan.rules.fields.deviceId });
  const found = [...kafka.ids(raw), ...kafka.ids(deadLetter)];
  if (planned.toSorted().join('\n') !== found.toSorted().join('\n')) {
    throw new Error(
      `expected the rows that the proof plans, got ${found.length} instead of ${planned.length} or other ids`,
    );
  }
  return { plan, records: kafka.records(raw), deadLetters: kafka.records(deadLetter).length };
}

async function rowIds(plan: PlannedIds): Promise<string[]> {
  const all: string[] = [];
  for await (const ids of plannedIds(plan, new AbortController().signal)) all.push(...ids);
  return all;
}
