import { randomUUID } from 'node:crypto';
import type { DeadSample } from '../contracts/inspection';
import { pipelineFailure } from '../contracts/failures';
import type { PipelinePlan } from '../contracts/plan';
import { ROW_HEADER } from '../contracts/record';
import { openFile } from '../sources/file/file-identity';
import { readRecords, type FileRecord } from '../sources/file/file-rows';
import type { JudgedRecord } from '../spark/judge-records';
import { csvColumnsOf } from './csv-columns';
import { firstRows } from './first-rows';

/** A record of a sample, and where people find it. */
export interface SampledRecord extends JudgedRecord {
  readonly position: string;
}

/** A record that becomes a dead letter, and why. */
export type Dead = Omit<DeadSample, 'count'>;

/** The first rows of a file. */
export interface SampledRows {
  readonly records: readonly SampledRecord[];
  /** Dead letters of the file source itself. */
  readonly refused: readonly Dead[];
  /** Why the file source fails after these rows; null if it reads on. */
  readonly failure: string | null;
}

/** Returns the first rows of a file under a plan, as the file source reads them. */
export async function sampledFile(plan: PipelinePlan): Promise<SampledRows> {
  const { source } = plan;
  if (source.kind !== 'file') throw pipelineFailure('InvalidInput', `source.kind: expected file, got ${source.kind}`);
  const columns = await csvColumnsOf(source);
  const file = await openFile(source.path);
  try {
    const { size: bytes } = await file.stat();
    // No other reader may continue this text, nor does this one continue another.
    const facts = { sha256: randomUUID(), bytes, modifiedMs: 0, columns, notes: [] };
    const groups = readRecords(file, { source, facts, fields: plan.rules.fields }, { byteFrom: 0, rowFrom: 0 });
    const { rows, problem } = await firstRows(groups, ({ value }) => value);
    const refused = rows.flatMap(({ position, rejection }) =>
      rejection === undefined ? [] : [{ position, ...rejection }],
    );
    const records = rows.filter(({ rejection }) => rejection === undefined).map(sampledRow);
    return { records, refused, failure: problem[0] ?? null };
  } finally {
    await file.close();
  }
}

function sampledRow({ id, position, key, value }: FileRecord, row: number): SampledRecord {
  const bytes = key === null ? null : Buffer.from(key);
  const headers = { [ROW_HEADER]: Buffer.from(id) };
  return { partition: 0, offset: String(row), publishedMs: Date.now(), key: bytes, value, headers, position };
}
