import type { JsonObject } from './json-object';

/** What to look at: a file as the worker sees it, or a topic. */
export type InspectedSource =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'topic'; readonly topic: string };

/** What is to be inspected. */
export interface InspectionRequest {
  readonly source: InspectedSource;
  /** Settings that are known already, part of an input of `streamingPipeline`; what they do not say is proposed. */
  readonly given: JsonObject;
  /** Whether the given settings are the whole input, under which the sample is tried as it is. */
  readonly isComplete: boolean;
}

/** What is ambiguous in a source, and how to answer. */
export interface Question {
  /** The setting that answers it, for example `source.fields.timestamp.zone`. */
  readonly setting: string;
  readonly asks: string;
  /** Parts of an input, the first of which the proposal has; none if nothing is likely. Any other value answers too. */
  readonly answers: readonly JsonObject[];
}

/** A column, a path into JSON, the key or a header of the records of a sample. */
export interface PlaceAccount {
  readonly name: string;
  /** Number of values of each kind. */
  readonly kinds: Readonly<Partial<Record<CellKind, number>>>;
  readonly distinct: number;
  /** What the proposal makes of it, for example `timestamp`, `measurement temperature` or `label`. */
  readonly becomes: string;
  /** The first distinct values; masked in the result of a workflow. */
  readonly samples: readonly string[];
}

export type CellKind = 'absent' | 'number' | 'number with decimal comma' | 'time' | 'true or false' | 'text' | 'list';

/** The dead letters of one reason. */
export interface DeadSample {
  readonly reason: string;
  readonly count: number;
  /** Of the first one: `row 17`, or `partition 0 offset 5`. */
  readonly position: string;
  /** Says what was expected and which kind came, never a value. */
  readonly detail: string;
}

/** What the job makes of the sample under the proposed input. */
export interface SampleOutcome {
  readonly read: number;
  /** Rows without any value. */
  readonly absent: number;
  /** Of those that are read: with the id of an earlier one, and therefore not counted again. */
  readonly repeats: number;
  /** The first and the last timestamp that is read; null if there is none, and in the result of a workflow. */
  readonly times: readonly [first: string, last: string] | null;
  /** The commonest first. */
  readonly dead: readonly DeadSample[];
  /** Why a run fails after these rows, and what to do; null if it does not. */
  readonly failure: string | null;
}

/** What a source looks like, and the input that reads it. */
export interface SourceAccount {
  readonly source: InspectedSource;
  /** One fact each, for example `encoding: windows-1252`. */
  readonly facts: readonly string[];
  /** Rows or records that were looked at. */
  readonly sampled: number;
  readonly shape: 'wide' | 'long';
  readonly places: readonly PlaceAccount[];
  /** A complete input of `streamingPipeline`, under which the sample was tried. */
  readonly input: JsonObject;
  readonly questions: readonly Question[];
  readonly notes: readonly string[];
  /** Null if the input is refused; a note says why. */
  readonly outcome: SampleOutcome | null;
}
