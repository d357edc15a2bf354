import { z } from 'zod';
import { pipelineFailure } from './failures';

/**
 * Checks the input of a workflow against its schema and completes it with the defaults.
 *
 * @param what - what it is the input of, for the message
 * @param input - as the user gave it; undefined and null stand for an empty object
 * @param problemsOf - what a schema cannot say, one text per problem as `z.prettifyError` writes it; is given null where
 *   the schema does not fit
 * @throws InvalidInput naming every bad field at once, each with what was expected
 */
export function parseWorkflowInput<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  input: unknown,
  problemsOf: (parsed: z.infer<Schema> | null) => readonly string[] = () => [],
): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  const problems = [
    ...problemsOf(parsed.success ? parsed.data : null),
    ...(parsed.success ? [] : [z.prettifyError(parsed.error)]),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw pipelineFailure('InvalidInput', `The input of this ${what} cannot be used:\n${problems.join('\n')}`);
}
