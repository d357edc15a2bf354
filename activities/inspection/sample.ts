import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import type { SampleColumn } from './sample-column';

/** The first records of a source. */
export interface Sample {
  /** The section `source` of an input, without fields. */
  readonly source: JsonObject;
  readonly columns: readonly SampleColumn[];
  readonly sampled: number;
  /** A device id, if the whole source is of one device. */
  readonly constant: string;
  readonly facts: readonly string[];
  readonly questions: readonly Question[];
  readonly notes: readonly string[];
}

export const MAX_SAMPLE_RECORDS = 1_000;
/** Records are large sometimes; with fewer of them a sample is still one. */
export const MAX_SAMPLE_BYTES = 8 * 1024 * 1024;
