import type { RawRecord } from './judged-records';

/** A record, and what it becomes: some fields of its reading or dead letter. */
export type PlaceCase = readonly [record: PlacedRecord, becomes: object];

/** A record whose value is not yet JSON. */
interface PlacedRecord extends Partial<Pick<RawRecord, 'key' | 'headers'>> {
  readonly value: object;
}

/** The rest of a pipeline's input, and records that are read with it. */
export interface PlaceSet {
  readonly source: object;
  readonly input?: object;
  readonly cases: readonly PlaceCase[];
}

export const containing = (text: string): string => expect.stringContaining(text) as string;

export const AT = '2026-01-05T00:00:00Z';
export const MIDNIGHT = '2026-01-05T00:00:00.000000Z';
