import { errors, type Client } from '@elastic/elasticsearch';
import { z } from 'zod';
import { MONTH_PATTERN, type Horizon, type Month } from '../contracts/event-month';
import type { MonthlyIndex } from '../contracts/plan';
import { pipelineFailure } from '../contracts/failures';
import { createRunsIndex } from './create-index';
import { elasticsearchFailure } from './elasticsearch-failure';
import type { Stream } from './index-templates';

/** Id of the retention among the documents of the runs. */
const RETENTION = 'retention';
const NOT_FOUND = 404;
const CONFLICT = 409;
/** Writers of one retention that may come between a look at it and the change of it. */
const MAX_TRIES = 5;

/** By which a document has its month; what a record that cannot be used says of its time is worth nothing. */
export const EVENT_TIME_FIELDS: Readonly<Record<Stream, string | null>> = {
  readings: 'timestamp',
  windows: 'windowStart',
  deadLetters: null,
};

const month = z.string().regex(MONTH_PATTERN);
const retentionSchema = z.object({
  /** `none`: once it was `month`, and the horizon is kept. */
  by: z.enum(['none', 'month']),
  /** The first and the last month of readings. */
  from: month.optional(),
  to: month.optional(),
  /** Records of earlier months are expired: no index takes them any more. Never goes back. */
  expiredBefore: month.optional(),
  /** The indices of earlier months are gone. Follows `expiredBefore`. */
  droppedBefore: month.optional(),
});
type RetentionDocument = z.infer<typeof retentionSchema>;

/** Which months a pipeline has indices for. */
export interface Retention extends Horizon {
  readonly from: Month;
  readonly to: Month;
}

/**
 * The retention of a pipeline as it stands now, written a moment ago or not.
 *
 * @param runs - the index of its runs, which also holds its retention
 * @returns null where the pipeline does not index by month
 * @throws ServiceUnavailable when Elasticsearch does not answer
 */
export async function readRetention(elasticsearch: Client, runs: string): Promise<Retention | null> {
  const found = await find(elasticsearch, runs);
  if (found?.retention.by !== 'month') return null;
  const { from = '', to = '', expiredBefore = null, droppedBefore = null } = found.retention;
  return { from, to, expiredBefore, droppedBefore };
}

/** Says how a pipeline indexes from now on, and keeps what is known of dropped months; repeating it changes nothing. */
export async function setRetention(elasticsearch: Client, runs: string, wanted: MonthlyIndex | null): Promise<void> {
  await change(elasticsearch, runs, (retention) => {
    if (wanted !== null) return { ...retention, ...wanted };
    return retention === null ? null : { ...retention, by: 'none' };
  });
}

/** From now on records before that month are expired, unless they are already from a later one on. */
export async function expireBefore(elasticsearch: Client, runs: string, expiredBefore: Month): Promise<void> {
  await change(elasticsearch, runs, (retention) =>
    retention === null || (retention.expiredBefore ?? '') >= expiredBefore ? null : { ...retention, expiredBefore },
  );
}

/** The indices of all months before that one are gone. */
export async function markDropped(elasticsearch: Client, runs: string, droppedBefore: Month): Promise<void> {
  await change(elasticsearch, runs, (retention) =>
    retention === null || (retention.droppedBefore ?? '') >= droppedBefore ? null : { ...retention, droppedBefore },
  );
}

interface Found {
  readonly retention: RetentionDocument;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

async function find(elasticsearch: Client, index: string): Promise<Found | null> {
  try {
    const { _source, _seq_no = 0, _primary_term = 0 } = await elasticsearch.get({ index, id: RETENTION });
    return { retention: retentionSchema.parse(_source), seqNo: _seq_no, primaryTerm: _primary_term };
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === NOT_FOUND) return null;
    throw elasticsearchFailure(error, `Reading the retention in index ${index}`, { index });
  }
}

/** Looks, decides and writes unless somebody wrote in between; then looks again. A decision for null writes nothing. */
async function change(
  elasticsearch: Client,
  runs: string,
  decide: (retention: RetentionDocument | null) => RetentionDocument | null,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const found = await find(elasticsearch, runs);
    const wanted = decide(found?.retention ?? null);
    if (wanted === null || (await write(elasticsearch, runs, found, wanted))) return;
  }
  throw pipelineFailure('ServiceUnavailable', `The retention in index ${runs} is written by others all the time.`);
}

/** @returns false when another one was written since that one was found */
async function write(
  elasticsearch: Client,
  runs: string,
  found: Found | null,
  document: RetentionDocument,
): Promise<boolean> {
  const unchanged =
    found === null ? ({ op_type: 'create' } as const) : { if_seq_no: found.seqNo, if_primary_term: found.primaryTerm };
  try {
    if (found === null) await createRunsIndex(elasticsearch, runs);
    await elasticsearch.index({ index: runs, id: RETENTION, document, ...unchanged });
    return true;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === CONFLICT) return false;
    throw elasticsearchFailure(error, `Writing the retention in index ${runs}`, { index: runs });
  }
}
