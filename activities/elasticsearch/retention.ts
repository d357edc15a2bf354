import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { z } from 'zod';
import { MONTH_PATTERN, type RetentionBounds, type Month } from '../contracts/event-month';
import type { MonthlyIndex } from '../contracts/plan';
import { pipelineFailure } from '../contracts/failures';
import { createRunsIndex } from './create-index';
import { elasticsearchFailure, isNotFound } from './elasticsearch-failure';

/** Id of its document in the index of the runs. */
const RETENTION = 'retention';
const CONFLICT = 409;
/** For conflicts with concurrent writers. */
const MAX_TRIES = 5;

const month = z.string().regex(MONTH_PATTERN);
const retentionSchema = z.object({
  /** `none`: it was `month` before, and the dropped months are remembered. */
  by: z.enum(['none', 'month']),
  /** The first and the last month of readings. */
  from: month.optional(),
  to: month.optional(),
  /** Records of earlier months are expired: no index takes them any more. Never decreases. */
  expiredBefore: month.optional(),
  /** The indices of earlier months no longer exist. Follows `expiredBefore`. */
  droppedBefore: month.optional(),
});
type RetentionDocument = z.infer<typeof retentionSchema>;

/** The months of which a pipeline keeps indices. */
export interface Retention extends RetentionBounds {
  readonly from: Month;
  readonly to: Month;
}

/**
 * Reads the retention of a pipeline, including changes not refreshed yet.
 *
 * @param runs - the index of its runs, which also has its retention
 * @returns null if the pipeline does not index by month
 * @throws ServiceUnavailable when Elasticsearch does not answer
 */
export async function readRetention(elasticsearch: Client, runs: string): Promise<Retention | null> {
  const stored = await find(elasticsearch, runs);
  if (stored?.retention.by !== 'month') return null;
  const { from = '', to = '', expiredBefore = null, droppedBefore = null } = stored.retention;
  return { from, to, expiredBefore, droppedBefore };
}

/** Sets how a pipeline indexes from now on, and keeps the dropped months; idempotent. */
export async function setRetention(elasticsearch: Client, runs: string, wanted: MonthlyIndex | null): Promise<void> {
  await update(elasticsearch, runs, (retention) => {
    if (wanted !== null) return { ...retention, ...wanted };
    return retention === null ? null : { ...retention, by: 'none' };
  });
}

/**
 * Moves a bound to a later month, never to an earlier one: `expiredBefore` makes records of earlier months expire from now
 * on, `droppedBefore` records that their indices are deleted.
 */
export async function advanceBound(
  elasticsearch: Client,
  runs: string,
  bound: keyof RetentionBounds,
  to: Month,
): Promise<void> {
  await update(elasticsearch, runs, (retention) =>
    retention === null || (retention[bound] ?? '') >= to ? null : { ...retention, [bound]: to },
  );
}

interface StoredRetention {
  readonly retention: RetentionDocument;
  /** Holds until another writer changes it. */
  readonly condition: Pick<estypes.IndexRequest, 'if_seq_no' | 'if_primary_term'>;
}

async function find(elasticsearch: Client, index: string): Promise<StoredRetention | null> {
  try {
    const { _source, _seq_no = 0, _primary_term = 0 } = await elasticsearch.get({ index, id: RETENTION });
    const condition = { if_seq_no: _seq_no, if_primary_term: _primary_term };
    return { retention: retentionSchema.parse(_source), condition };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw elasticsearchFailure(error, `Reading the retention in index ${index}`, { index });
  }
}

/** Reads, decides and writes with optimistic concurrency control; a decision of null writes nothing. */
async function update(
  elasticsearch: Client,
  runs: string,
  decide: (retention: RetentionDocument | null) => RetentionDocument | null,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const stored = await find(elasticsearch, runs);
    const changed = decide(stored?.retention ?? null);
    if (changed === null || (await write(elasticsearch, runs, stored, changed))) return;
  }
  throw pipelineFailure(
    'ServiceUnavailable',
    `The retention in index ${runs} was changed by other writers ${MAX_TRIES} times in a row.`,
  );
}

/** @returns false if it was changed since it was read */
async function write(
  elasticsearch: Client,
  index: string,
  stored: StoredRetention | null,
  document: RetentionDocument,
): Promise<boolean> {
  const condition = stored?.condition ?? ({ op_type: 'create' } as const);
  try {
    if (stored === null) await createRunsIndex(elasticsearch, index);
    await elasticsearch.index({ index, id: RETENTION, document, ...condition });
    return true;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === CONFLICT) return false;
    throw elasticsearchFailure(error, `Writing the retention in index ${index}`, { index });
  }
}
