import type { z } from 'zod';
import { isObject, type JsonObject } from './json-object';
import { measurementSchema, type Measurement } from './measurement';
import { pipelineInputSchema, type PipelineInput } from './pipeline-input';

/** What of an input can be checked for contradictions; undefined where that would only follow from another problem. */
export interface UsableParts {
  readonly source: PipelineInput['source'] | undefined;
  readonly index: PipelineInput['index'] | undefined;
  /** Those that match their schema. */
  readonly measurements: readonly Measurement[];
  /** Whether these are all. */
  readonly hasAllMeasurements: boolean;
}

/** Stand for what is not given: contradictions do not depend on it. */
const PLACEHOLDERS: JsonObject = { path: '-', topic: '-' };
/** Without one of these, the others mean something else. */
const DECISIVE = ['kind', 'format', 'long'];

/** Returns the parts of an input that match their schemas by themselves, a source without the options that do not. */
export function usableParts(input: unknown): UsableParts {
  const { source, index, measurements } = isObject(input) ? input : {};
  const { shape } = pipelineInputSchema.unwrap();
  const all = shape.measurements.safeParse(measurements);
  const listed: readonly unknown[] = Array.isArray(measurements) ? measurements : [];
  return {
    source: usableSource(shape.source, source),
    index: shape.index.safeParse(index).data,
    measurements: all.data ?? listed.flatMap((each) => measurementSchema.safeParse(each).data ?? []),
    hasAllMeasurements: all.success,
  };
}

function usableSource(schema: z.ZodType<PipelineInput['source']>, given: unknown): PipelineInput['source'] | undefined {
  const { success, data, error } = schema.safeParse(given);
  if (success) return data;
  if (!isObject(given) || error.issues.some(isDecisive)) return undefined;
  const rest: Record<string, unknown> = { ...given, fields: { ...(isObject(given['fields']) ? given['fields'] : {}) } };
  for (const issue of error.issues) removeRefused(rest, issue);
  if (rest['kind'] === 'simulate' || !('fields' in given)) delete rest['fields'];
  return schema.safeParse(rest).data;
}

function isDecisive({ path: [option] }: z.core.$ZodIssue): boolean {
  return option !== undefined && DECISIVE.includes(String(option));
}

/** Takes out of a source what an issue is about. */
function removeRefused(source: Record<string, unknown>, issue: z.core.$ZodIssue): void {
  const [option, field] = issue.path.map(String);
  if (option === undefined) {
    for (const key of 'keys' in issue ? issue.keys : []) Reflect.deleteProperty(source, key);
  } else if (option === 'fields' && field !== undefined) {
    Reflect.deleteProperty(source['fields'] as object, field);
  } else if (option in PLACEHOLDERS) {
    source[option] = PLACEHOLDERS[option];
  } else {
    Reflect.deleteProperty(source, option);
  }
}
