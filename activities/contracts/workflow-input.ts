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
  const problems = [...problemsOf(parsed.data ?? null), ...(parsed.error ? [prettyProblems(parsed.error)] : [])];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw pipelineFailure('InvalidInput', `The input of this ${what} cannot be used:\n${problems.join('\n')}`);
}

type Issue = z.core.$ZodIssue;

/** As `z.prettifyError`, which says nothing but "Invalid input" of a value that may have several forms. */
function prettyProblems(error: z.ZodError): string {
  return z.prettifyError(new z.ZodError(error.issues.flatMap(ofForms)));
}

/** Replaces the issue of a value that matches no form by those of the form that it was meant to have. */
function ofForms(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const isOfForm = (issues: readonly Issue[]): boolean =>
    !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0);
  const meant = issue.errors.find(isOfForm);
  if (meant !== undefined) {
    return meant.flatMap((inner) => ofForms({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  const forms = issue.errors.flatMap(([first]) => (first?.code === 'invalid_type' ? [first.expected] : []));
  return [{ ...issue, message: `Invalid input: expected ${forms.join(' or ')}` }];
}
