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

/** Returns the first records of a file under a plan, and the dead letters that the file source itself makes of others. */
export async function sampledFile(
  plan: PipelinePlan,
): Promise<{ readonly records: readonly SampledRecord[]; readonly refused: readonly Dead[] }> {
  const { source } = plan;
  if (source.kind !== 'file') throw pipelineFailure('InvalidInput', `source.kind: expected file, got ${source.kind}`);
  const columns = await csvColumnsOf(source);
  const file = await openFile(source.path);
  try {
    const { size: bytes } = await file.stat();
    // No other reader may continue this text, nor does this one continue another.
    const facts = { sha256: randomUUID(), bytes, modifiedMs: 0, columns };
    const groups = readRecords(file, { source, facts, fields: plan.rules.fields }, { byteFrom: 0, rowFrom: 0 });
    const { rows, problem } = await firstRows(groups, ({ value }) => value);
    const refused = rows.flatMap(({ position, rejection }) =>
      rejection === undefined ? [] : [{ position, ...rejection }],
    );
    const last = problem.map((detail): Dead => ({
      reason: 'SourceMalformed',
      position: `after row ${rows.length}`,
      detail,
    }));
    const records = rows.filter(({ rejection }) => rejection === undefined).map(sampledRow);
    return { records, refused: [...refused, ...last] };
  } finally {
    await file.close();
  }
}

function sampledRow({ id, position, key, value }: FileRecord, row: number): SampledRecord {
  const bytes = key === null ? null : Buffer.from(key);
  const headers = { [ROW_HEADER]: Buffer.from(id) };
  return { partition: 0, offset: String(row), publishedMs: Date.now(), key: bytes, value, headers, position };
}
