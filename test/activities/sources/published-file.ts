import { writeFile } from 'node:fs/promises';
import type { DialectOptions } from '../../../activities/contracts/file-dialect';
import type { PlannedIds } from '../../../activities/contracts/planned-ids';
import { plannedIds } from '../../../activities/reconciliation/planned-ids';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import { sourceOf } from '../../../activities/sources/publish-batch';
import type { FilePublishResult } from '../../../activities/sources/publish-file-range';
import { activitiesWith, NO_EARLIER_RUNS } from '../../support/activities';
import { activityEnvironment } from './activity-environment';
import { RecordingKafka } from './recording-kafka';
import { sourcePlan } from './source-plan';

export const RAW = 'sources.raw';
export const LETTERS = 'sources.dead-letter';
export const HEADER = 'station,at,temp,humidity,note\n';
const FIELDS = { deviceId: 'station', timestamp: 'at', temperature: { column: 'temp', unit: '°F' }, text: 'note' };

export interface Reading {
  readonly format?: 'csv' | 'ndjson';
  readonly maxRecords?: number;
  readonly kafka?: RecordingKafka;
  readonly heartbeatDetails?: unknown;
  readonly ratePerSecond?: number;
  /** Besides those of `HEADER`, or instead of one of them. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** How the file is read as rows. */
  readonly options?: DialectOptions & { readonly identity?: 'content' | 'row' };
  readonly crash?: (point: string) => void;
  /** Runs between the inspection and the first range. */
  readonly meanwhile?: () => Promise<unknown>;
}

interface PublishedFile {
  readonly kafka: RecordingKafka;
  readonly results: readonly FilePublishResult[];
  readonly facts: FileFacts;
  /** Ids of the rows that the proof finds. */
  readonly planned: readonly string[];
}

/**
 * Publishes a file range by range, and expects that each of its rows is published or rejected under the id that the proof
 * gives it; `content` null leaves the file as it is.
 */
export async function publishFile(
  path: string,
  content: string | Buffer | null,
  given: Reading = {},
): Promise<PublishedFile> {
  const { format = 'csv', maxRecords = 1_000_000, kafka = new RecordingKafka(), ratePerSecond = null } = given;
  if (content !== null) await writeFile(path, content);
  const fields = { ...FIELDS, ...given.fields };
  const plan = sourcePlan({ source: { kind: 'file', path, format, fields, ratePerSecond, ...given.options } });
  const crash = given.crash ?? (() => undefined);
  const { inspectFile, publishFileRange } = activitiesWith({ kafka, elasticsearch: NO_EARLIER_RUNS, crash });
  const facts: FileFacts = await activityEnvironment().run(inspectFile, { plan });
  await given.meanwhile?.();
  const results: FilePublishResult[] = [];
  for (let [byteFrom, rowFrom, done] = [0, 0, false]; !done;) {
    const environment = activityEnvironment({ heartbeatDetails: given.heartbeatDetails });
    const range = { plan, facts, byteFrom, rowFrom, maxRecords };
    const result: FilePublishResult = await environment.run(publishFileRange, range);
    ({ byteNext: byteFrom, rowNext: rowFrom, done } = result);
    results.push(result);
  }
  const planned = await rowIds({ ...sourceOf(plan, 'file'), ...facts, device: plan.rules.fields.deviceId });
  expectAll(planned, kafka, given);
  return { kafka, results, facts, planned };
}

/** After a heartbeat, only the rest is published. */
function expectAll(planned: readonly string[], kafka: RecordingKafka, { heartbeatDetails }: Reading): void {
  if (heartbeatDetails !== undefined) return;
  expect([...kafka.ids(RAW), ...kafka.ids(LETTERS)].sort()).toEqual([...planned].sort());
}

async function rowIds(plan: PlannedIds): Promise<string[]> {
  const all: string[] = [];
  for await (const ids of plannedIds(plan, new AbortController().signal)) all.push(...ids);
  return all;
}
