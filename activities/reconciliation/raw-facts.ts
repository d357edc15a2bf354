import { REDRIVE_HEADER, redriveCount, RUN_HEADER } from '../contracts/record';
import type { ReconcileRequest } from '../contracts/report';
import type { IncomingRecord } from '../kafka';
import { bytesDigest } from './content-digest';
import { rawEventId } from './event-id';
import type { ReadingFact } from './reading-account';

/** What no fact tells. */
export interface RawCounts {
  /** Records of another run. */
  readonly foreign: number;
  /** Values of this run's records. */
  readonly rawBytes: number;
}

/** Puts the records of the raw topic, which others may write as well, into facts. */
export class RawFacts implements RawCounts {
  foreign = 0;
  rawBytes = 0;

  constructor(private readonly request: ReconcileRequest) {}

  /** Null for a record of another run; a run without end takes every record for its own. */
  of(record: IncomingRecord): ReadingFact | null {
    const { scope, bounded, eventIdField } = this.request;
    const isForeign = (runOf(record) ?? scope.run) !== scope.run;
    if (bounded && isForeign) {
      this.foreign += 1;
      return null;
    }
    this.rawBytes += record.value?.length ?? 0;
    const id = rawEventId(scope.raw.topic, record, eventIdField);
    const ofAnotherRun = isForeign && redriveCount(record.headers[REDRIVE_HEADER]) > 0;
    return { side: 'published', id, digest: bytesDigest(record.value), ...(ofAnotherRun ? { ofAnotherRun } : {}) };
  }
}

/** The run that a record names; undefined for records of producers that know of none. */
export function runOf({ headers }: IncomingRecord): string | undefined {
  return headers[RUN_HEADER]?.toString('utf8');
}
