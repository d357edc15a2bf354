import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipelineFailure } from '../contracts/failures';
import { javaProgram, type SparkInstallation } from './driver-command';
import type { JobSettings } from './job-settings';

/** A raw record as the job reads it. */
export interface JudgedRecord {
  readonly partition: number;
  /** Decimal. */
  readonly offset: string;
  /** Kafka time in epoch ms. */
  readonly publishedMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

/** What the job writes for a record. */
export interface Judgement {
  readonly topic: string;
  /** Text of the value; null for a record without a value, which is no reading and no dead letter. */
  readonly value: string | null;
  /** In base64. */
  readonly headers: Readonly<Record<string, string>>;
}

const JVM_OPTIONS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];

/**
 * Judges records by the classes of the job, without Spark and without any server.
 *
 * @throws SparkFailed with what the program printed when it refuses the settings or cannot be started
 */
export async function judgeRecords(
  { jars, jobJar, environment }: SparkInstallation,
  settings: JobSettings,
  records: readonly JudgedRecord[],
): Promise<Judgement[]> {
  const args = [...JVM_OPTIONS, '-cp', [jobJar, join(jars, '*')].join(delimiter), 'pipeline.spark.JudgeCommand'];
  const lines = [{ settings }, ...records.map((record) => lineOf(settings, record))];
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const output = await outputOf(javaProgram(environment), args, environment, input);
  return output.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Judgement]));
}

async function outputOf(
  program: string,
  args: readonly string[],
  env: SparkInstallation['environment'],
  input: string,
): Promise<string> {
  const child = spawn(program, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'exit') as Promise<[number | null]>;
  // If the program has ended, its own words say why.
  child.stdin.on('error', () => undefined).end(input);
  try {
    const [output, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (status === 0) return output;
    throw pipelineFailure('SparkFailed', `The job refuses its settings: ${reasonIn(errors)}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw pipelineFailure('SparkFailed', `${program} could not be started. Install a JDK 17 or newer.`, {
      cause: error,
    });
  }
}

/** The innermost cause in a stack trace of Java. */
function reasonIn(errors: string): string {
  const causes = errors.split('\n').filter((line) => /^(?:Exception in|Caused by)/.test(line));
  return (causes.at(-1) ?? errors.trim().split('\n').at(-1) ?? '').replace(
    /^(?:Caused by: |Exception in thread "main" )[\w.$]+: /,
    '',
  );
}

function lineOf(
  { topics }: JobSettings,
  { partition, offset, publishedMs, key, value, headers }: JudgedRecord,
): object {
  return {
    topic: topics.raw,
    partition,
    offset: Number(offset),
    publishedMs,
    key: key?.toString('base64') ?? null,
    value: value?.toString('base64') ?? null,
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, header.toString('base64')])),
  };
}
