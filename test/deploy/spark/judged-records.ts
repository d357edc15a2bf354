import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import type { PipelinePlan } from '../../../activities/contracts/plan';
import { jobSettings } from '../../../activities/spark/job-settings';
import type { Installation } from '../../../deploy/local/install/install-parts';
import { SHORT_RUN_JAVA_OPTIONS } from '../../support/java-options';
import { installation } from '../../support/stack';
import type { Written } from './spark-run';

/** A raw record at a place of its own in the topic. */
export interface RawRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  /** Null: a header without a value. */
  readonly headers: Readonly<Record<string, string | Buffer | null>>;
  /** Kafka time. */
  readonly publishedMs?: number;
}

/** Kafka time of a record that has none. */
const PUBLISHED_MS = Date.parse('2026-11-01T00:00:00Z');
/** When a run started whose records these are. */
export const STARTED_AT = '2026-10-31T00:00:00.000Z';
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/** Records that are judged by the rules of one plan. */
export interface JudgedBatch {
  readonly plan: PipelinePlan;
  readonly records: readonly RawRecord[];
  /** Default: none. */
  readonly schemaRegistry?: string;
  readonly protectKeyFile?: string;
  /** What the registry asks for; default: nothing. */
  readonly connectionsFile?: string;
}

/** What the job's command line prints for records, in their order: the lines, and the records in them. */
export interface Judgement {
  readonly lines: readonly string[];
  readonly written: readonly Written[];
}

export function judge(plan: PipelinePlan, records: readonly RawRecord[]): Judgement {
  const [judgement = { lines: [], written: [] }] = judgeEach([{ plan, records }]);
  return judgement;
}

/** Judges all batches in one process, which takes a second to start. @param installed - default: that of the shared servers */
export function judgeEach(
  batches: readonly JudgedBatch[],
  { java, sparkJars, sparkJobJar }: Installation = installation(),
): Judgement[] {
  const classPath = [sparkJobJar, join(sparkJars, '*')].join(delimiter);
  const command = [SHORT_RUN_JAVA_OPTIONS, '-cp', classPath, 'pipeline.spark.JudgeCommand'];
  const inputs = batches.flatMap(({ plan, records, ...places }) => [
    { settings: settingsOf(plan, places) },
    ...records.map((record, offset) => lineOf(plan, record, offset)),
  ]);
  const { status, stdout, stderr } = spawnSync(java, command, {
    input: inputs.map((line) => `${JSON.stringify(line)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (status !== 0) throw new Error(`expected the command to succeed, got exit status ${String(status)}:\n${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  return batches.map(({ records }) => {
    const own = lines.splice(0, records.length);
    return { lines: own, written: own.map(writtenOf) };
  });
}

type Places = Partial<Record<'schemaRegistry' | 'protectKeyFile' | 'connectionsFile', string | null>>;

function settingsOf(
  plan: PipelinePlan,
  { schemaRegistry = null, protectKeyFile = null, connectionsFile = null }: Places,
): object {
  const unused = { bootstrap: 'unused', sparkState: 'unused', runFolder: 'unused' };
  const place = { ...unused, schemaRegistry, protectKeyFile, connectionsFile };
  const settings = jobSettings({ plan, rawFrom: 'earliest', trigger: 'available-now', start: 0 }, place);
  return { ...settings, checkpoint: 'unused' };
}

function lineOf(
  { topics }: PipelinePlan,
  { key, value, headers, publishedMs = PUBLISHED_MS }: RawRecord,
  offset: number,
): object {
  return {
    topic: topics.raw,
    partition: 0,
    offset,
    publishedMs,
    key: base64(key),
    value: base64(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, base64(header)])),
  };
}

function base64(bytes: string | Buffer | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}

function writtenOf(line: string): Written {
  const { key, value, headers } = JSON.parse(line) as {
    key: string | null;
    value: string | null;
    headers: Readonly<Record<string, string>>;
  };
  return {
    key: Buffer.from(key ?? '', 'base64').toString(),
    bytes: value ?? '',
    value: value === null ? {} : (JSON.parse(value) as Written['value']),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, header]) => [name, Buffer.from(header, 'base64').toString()]),
    ),
  };
}
