import type { IncomingMessage } from 'node:http';
import type { Client } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../../activities/contracts/failures';
import type { EndpointSettings } from '../http/endpoint-settings';
import { type RunningServer, serveGuarded } from '../http/guarded-server';
import { json, problem, type Reply } from '../http/reply';
import { inlineScriptHashes, pageFiles } from './page-files';
import { TITLE } from './page-probe';
import { PANELS, parsePageRequest } from './page-request';
import { searchPage } from './page-search';
import type { PipelineWatch } from './running-pipelines';

/** HTTP status of each failure type. */
const STATUS: Readonly<Partial<Record<FailureType, number>>> = {
  InvalidInput: 400,
  ServiceUnavailable: 503,
  IndexMisconfigured: 502,
};

/** What the page needs to know about its panels before it requests their data. */
const PANEL_LIST = PANELS.map(({ id, title, description, width, height }) => {
  return { id, title, description, width, height };
});

/** Cost of a search, which Elasticsearch does several times; a file costs one. */
const SEARCH_POINTS = 20;

/** What answers beside the files. */
export interface PageSources {
  readonly elasticsearch: Client;
  readonly pipelines: Pick<PipelineWatch, 'list'>;
}

/** Serves the page and its searches; read-only, GET requests only. */
export async function servePage(sources: PageSources, settings: EndpointSettings): Promise<RunningServer> {
  const files = pageFiles();
  return await serveGuarded(settings, {
    realm: TITLE,
    headers: headersOf(files),
    maxBodyBytes: 0,
    pointsOf: ({ pathname }) => (pathname === '/search' ? SEARCH_POINTS : 1),
    answer: (request, url) => answer(request, url, files, sources),
  });
}

type Files = ReturnType<typeof pageFiles>;

async function answer({ method }: IncomingMessage, url: URL, files: Files, sources: PageSources): Promise<Reply> {
  if (method !== 'GET') return problem(405, 'ReadOnly', `Expected GET, got ${String(method)}: the page is read-only.`);
  const { pathname, searchParams } = url;
  if (pathname === '/panels') return json(200, PANEL_LIST);
  if (pathname === '/search') return search(searchParams, sources.elasticsearch);
  if (pathname === '/pipelines') return json(200, await sources.pipelines.list());
  const file = files.get(pathname);
  return file === undefined
    ? problem(404, 'NotFound', `There is nothing at ${pathname}; the page is at /.`)
    : { status: 200, type: file.type, body: file.content };
}

async function search(query: URLSearchParams, elasticsearch: Client): Promise<Reply> {
  try {
    const nowMs = Date.now();
    return json(200, await searchPage(elasticsearch, parsePageRequest(query, nowMs), nowMs));
  } catch (error) {
    if (error instanceof ApplicationFailure) {
      const { type, message } = error;
      return problem(STATUS[type as FailureType] ?? 500, String(type), message);
    }
    console.error(error);
    return problem(500, 'Unexpected', 'The search failed unexpectedly; see the log of the page.');
  }
}

function headersOf(files: Files): Readonly<Record<string, string>> {
  const inline = inlineScriptHashes(files.get('/')?.content.toString() ?? '');
  const policy = [
    "default-src 'none'",
    ['script-src', "'self'", ...inline].join(' '),
    ...["style-src 'self'", "img-src 'self'", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-cache',
  };
}
