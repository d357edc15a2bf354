import { z } from 'zod';
import { pipelineFailure } from './failures';

/**
 * Checks the input of a workflow against its schema and applies the defaults.
 *
 * @param what - kind of workflow, for the message
 * @param input - as the user gave it; undefined and null mean an empty object
 * @param problemsOf - finds what a schema cannot express, one text per problem in the form of `z.prettifyError`; receives
 *   null if the schema does not match
 * @throws InvalidInput naming every bad field at once, each with what was expected
 */
export function parseWorkflowInput<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  input: unknown,
  problemsOf: (parsed: z.infer<Schema> | null) => readonly string[] = () => [],
): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  const problems = [...problemsOf(parsed.data ?? null), ...(parsed.error ? [z.prettifyError(parsed.error)] : [])];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw pipelineFailure('InvalidInput', `The input of this ${what} cannot be used:\n${problems.join('\n')}`);
}
