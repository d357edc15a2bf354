import { readFile } from 'node:fs/promises';
import { FormData, type Response } from 'undici';
import { z } from 'zod';
import { pipelineFailure } from '../contracts/failures';
import { parseObject } from '../contracts/json-object';
import { tlsProblem } from '../contracts/tls-problem';
import type { HttpServer } from '../http/http-server';
import { describeResponse, withoutCredentials } from './kibana-response';

/** A Kibana and the objects to import; stays in the worker, since it contains a secret. */
export interface DashboardTarget {
  /** Its URL has the path of a space unless it is the default one. */
  readonly server: HttpServer;
  /** Saved objects, one per line. */
  readonly file: string;
}

const IMPORT_PATH = '/api/saved_objects/_import?overwrite=true';
const TIMEOUT_MS = 45_000;

const SET_CREDENTIALS =
  'Set KIBANA_API_KEY, KIBANA_BEARER_TOKEN, or KIBANA_USERNAME and KIBANA_PASSWORD, to the credentials of a user who may save ' +
  'objects; files are read again by themselves.';
const CORRECT_URL =
  'Correct KIBANA_URL: it must be the address of Kibana 8.19 or later, with the base path and `/s/<space>` if there are any.';
const CORRECT_OBJECTS = 'Correct what the message names; the dashboards require Kibana 8.19 or later.';

const rejectionSchema = z.object({
  type: z.string(),
  id: z.string(),
  error: z.object({ type: z.string(), message: z.string().optional() }),
});
/** Kibana's response with status 200, whether or not it imported the objects. */
const importSchema = z.object({
  success: z.boolean(),
  successCount: z.int(),
  errors: z.array(rejectionSchema).default([]),
});

/**
 * Imports data views and dashboards into Kibana and returns their number; idempotent, since it overwrites them.
 *
 * @throws ServiceUnavailable when Kibana does not respond or is not ready yet
 * @throws DashboardsRefused when it rejects the credentials or an object, or is not Kibana; each object is named
 */
export async function deployDashboards(target: DashboardTarget | null): Promise<{ readonly objects: number }> {
  if (target === null) {
    throw pipelineFailure('DashboardsRefused', 'This worker has no Kibana configured: set KIBANA_URL and restart it.');
  }
  const url = `${target.server.url.replace(/\/+$/, '')}${IMPORT_PATH}`;
  const authorization = credentialsFor(url, target);
  const hide = (text: string): string => withoutCredentials(text, authorization);
  const { response, text } = await postFile(url, target, authorization);
  const { status } = response;
  const problem = `Expected POST ${url} to import the dashboards, got ${describeResponse(response, text, hide)}.`;
  if (status === 429 || status >= 500) {
    const advice = "The request is retried; if this persists, check Kibana's log.";
    throw pipelineFailure('ServiceUnavailable', `${problem} ${advice}`);
  }
  const imported = importSchema.safeParse(parseObject(text));
  if (status !== 200 || !imported.success) {
    throw pipelineFailure('DashboardsRefused', `${problem} ${remedyFor(status)}`);
  }
  const { success, successCount, errors } = imported.data;
  if (success && errors.length === 0) return { objects: successCount };
  const rejected = errors.map(({ type, id, error }) => {
    const message = error.message === undefined ? '' : `: ${hide(error.message)}`;
    return `${type} ${id} (${error.type}${message})`;
  });
  throw pipelineFailure(
    'DashboardsRefused',
    `POST ${url} imported ${successCount} objects and rejected ${rejected.join(', ')}. ${CORRECT_OBJECTS}`,
  );
}

/** @throws AccessRefused when the file with a secret cannot be read */
function credentialsFor(url: string, { server }: DashboardTarget): string | null {
  try {
    return server.security.authorization();
  } catch (error) {
    throw pipelineFailure('AccessRefused', `POST ${url} cannot be sent (${reasonOf(error)}).`);
  }
}

/** @throws AccessRefused, ServiceUnavailable without a cause, since the cause may contain a header */
async function postFile(
  url: string,
  { server, file }: DashboardTarget,
  authorization: string | null,
): Promise<{ response: Response; text: string }> {
  const form = new FormData();
  form.set('file', new Blob([await readFile(file)], { type: 'application/ndjson' }), 'dashboards.ndjson');
  try {
    const response = await server.fetch(IMPORT_PATH, authorization, {
      method: 'POST',
      headers: { 'kbn-xsrf': 'true' },
      body: form,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { response, text: await response.text() };
  } catch (error) {
    const reason = withoutCredentials(reasonOf(error), authorization);
    const refusal = tlsProblem((error as Error).cause, 'KIBANA');
    if (refusal === undefined) throw pipelineFailure('ServiceUnavailable', `POST ${url} got no response (${reason}).`);
    throw pipelineFailure('AccessRefused', `POST ${url}: Kibana cannot be used: ${refusal} (${reason}).`);
  }
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return SET_CREDENTIALS;
  // A page or a redirect does not come from Kibana's API.
  return status < 400 || status === 404 ? CORRECT_URL : CORRECT_OBJECTS;
}

/** The message of `fetch` is generic; the reason is in its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: below } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return code ?? below ?? message;
}
