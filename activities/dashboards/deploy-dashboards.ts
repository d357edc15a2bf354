import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { pipelineFailure } from '../contracts/failures';
import { withoutCredentials } from './credentials';
import { describeAnswer, parsedJson, type KibanaAnswer } from './kibana-answer';

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
const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const TOO_MANY_REQUESTS = 429;
const SERVER_ERROR = 500;

const SET_CREDENTIALS =
  'Set KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD, to the credentials of a user who may save objects, and ' +
  'restart the worker.';
const MEND_URL =
  'Mend KIBANA_URL: it must be the address of Kibana 8.19 or later, with the base path and `/s/<space>` if there are any.';
const MEND_WHAT_IS_NAMED = 'Mend what the message names; the dashboards need Kibana 8.19 or later.';

/** What Kibana answers with status 200, whether or not it took the objects. */
const answerSchema = z.object({
  success: z.boolean(),
  successCount: z.int(),
  errors: z
    .array(
      z.object({
        type: z.string(),
        id: z.string(),
        error: z.object({ type: z.string(), message: z.string().optional() }),
      }),
    )
    .default([]),
});
type ImportAnswer = z.infer<typeof answerSchema>;

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
  const { authorization } = target;
  const hide = (text: string): string => withoutCredentials(text, authorization);
  const url = `${target.url.replace(/\/+$/, '')}${IMPORT_PATH}`;
  const answer = await postFile(url, target, hide);
  const { status, text } = answer;
  const asked = `Expected POST ${url} to import the dashboards, got ${describeAnswer(answer, url, hide)}.`;
  if (status === TOO_MANY_REQUESTS || status >= SERVER_ERROR) {
    throw pipelineFailure('ServiceUnavailable', `${asked} It is asked again; if this goes on, look at Kibana's log.`);
  }
  const imported = answerSchema.safeParse(parsedJson(text));
  if (status !== 200 || !imported.success) {
    throw pipelineFailure('DashboardsRefused', `${asked} ${adviceOf(status)}`);
  }
  return outcomeOf(url, imported.data, hide);
}

/** @throws ServiceUnavailable without a cause, since that may repeat a header */
async function postFile(
  url: string,
  { authorization, file }: DashboardTarget,
  hide: (text: string) => string,
): Promise<KibanaAnswer> {
  const form = new FormData();
  form.set('file', new Blob([await readFile(file)], { type: 'application/ndjson' }), 'dashboards.ndjson');
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'kbn-xsrf': 'true', ...(authorization === null ? {} : { authorization }) },
      body: form,
      // A page to log in at is no answer, and no place to send credentials to.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { status, headers } = response;
    const isRedirect = status >= 300 && status < 400;
    const location = isRedirect ? headers.get('location') : null;
    return { status, contentType: headers.get('content-type'), location, text: await response.text() };
  } catch (error) {
    throw pipelineFailure('ServiceUnavailable', `POST ${url} was not answered (${hide(reasonOf(error))}).`);
  }
}

function outcomeOf(url: string, answer: ImportAnswer, hide: (text: string) => string): DeployedDashboards {
  const { success, successCount, errors } = answer;
  if (success && errors.length === 0) return { objects: successCount };
  const refused = errors.map(({ type, id, error }) => {
    const said = error.message === undefined ? '' : `: ${hide(error.message)}`;
    return `${type} ${id} (${error.type}${said})`;
  });
  throw pipelineFailure(
    'DashboardsRefused',
    `POST ${url} took ${successCount} objects and refused ${refused.join(', ')}. ${MEND_WHAT_IS_NAMED}`,
  );
}

function adviceOf(status: number): string {
  if (status === UNAUTHORIZED || status === FORBIDDEN) return SET_CREDENTIALS;
  // A page or a redirect comes from something else than Kibana's API.
  return status < 400 || status === NOT_FOUND ? MEND_URL : MEND_WHAT_IS_NAMED;
}

/** `fetch` says only that it failed; why stands in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: below } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return code ?? below ?? message;
}
