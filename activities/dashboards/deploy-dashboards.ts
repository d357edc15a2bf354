import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { pipelineFailure } from '../failures';

/** A Kibana and what it is to show; lives in the worker alone, since it holds a secret. */
export interface DashboardTarget {
  /** With the path of a space where it is not the default one, and without credentials. */
  readonly url: string;
  /** Secret: the `Authorization` header; null where Kibana asks for none. */
  readonly authorization: string | null;
  /** Saved objects, one a line. */
  readonly file: string;
}

export interface DeployedDashboards {
  /** Saved objects that now stand in Kibana. */
  readonly objects: number;
}

const IMPORT_PATH = '/api/saved_objects/_import?overwrite=true';
const TIMEOUT_MS = 45_000;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;

/** What Kibana answers with status 200, whether or not it took the objects. */
const answerSchema = z.object({
  success: z.boolean(),
  successCount: z.int(),
  errors: z.array(z.object({ type: z.string(), id: z.string(), error: z.object({ type: z.string() }) })).default([]),
});

/**
 * Imports data views and dashboards into Kibana; repeating it overwrites them with the same.
 *
 * @throws ServiceUnavailable when Kibana is away or not ready yet
 * @throws DashboardsRefused when it refuses the credentials or an object, or is no Kibana; each object is named
 */
export async function deployDashboards(target: DashboardTarget | null): Promise<DeployedDashboards> {
  if (target === null) {
    throw pipelineFailure('DashboardsRefused', 'This worker knows no Kibana: set KIBANA_URL and restart it.');
  }
  const { status, text } = await postFile(target);
  if (status === TOO_MANY_REQUESTS || status >= SERVER_ERROR) {
    throw pipelineFailure('ServiceUnavailable', `Kibana at ${target.url} is not ready: it answered ${status}.`);
  }
  if (status === UNAUTHORIZED || status === FORBIDDEN) {
    throw pipelineFailure(
      'DashboardsRefused',
      `Kibana at ${target.url} answered ${status}: expected KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD, ` +
        'of somebody who may save objects. Mend them and restart the worker.',
    );
  }
  return outcomeOf(target, status, text);
}

async function postFile({ url, authorization, file }: DashboardTarget): Promise<{ status: number; text: string }> {
  const form = new FormData();
  form.set('file', new Blob([await readFile(file)], { type: 'application/ndjson' }), 'dashboards.ndjson');
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}${IMPORT_PATH}`, {
      method: 'POST',
      headers: { 'kbn-xsrf': 'true', ...(authorization === null ? {} : { authorization }) },
      body: form,
      // A page to log in at is no answer, and no place to send credentials to.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw pipelineFailure('ServiceUnavailable', `Kibana at ${url} did not answer (${reasonOf(error)}).`, error);
  }
}

function outcomeOf({ url }: DashboardTarget, status: number, text: string): DeployedDashboards {
  const answer = answerSchema.safeParse(parsed(text));
  if (status !== 200 || !answer.success) {
    throw pipelineFailure(
      'DashboardsRefused',
      `Expected ${url} to answer as Kibana's import of saved objects does, got status ${status}. Mend KIBANA_URL.`,
    );
  }
  const { success, successCount, errors } = answer.data;
  if (success && errors.length === 0) return { objects: successCount };
  const refused = errors.map(({ type, id, error }) => `${type} ${id} (${error.type})`).join(', ');
  throw pipelineFailure('DashboardsRefused', `Kibana at ${url} took ${successCount} objects and refused ${refused}.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: below } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return code ?? below ?? message;
}
