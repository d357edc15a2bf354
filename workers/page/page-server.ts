import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import type { FailureType } from '../../activities/contracts/failures';
import { inlineScriptHashes, pageFiles } from './page-files';
import { PANELS, parsePageRequest } from './page-request';
import { searchPage } from './page-search';

/** Requests with another `Host` are rejected: a foreign site may have pointed its name to this address. */
const HOST = '127.0.0.1';
const HOST_NAMES = [HOST, 'localhost'];

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

export interface PageServer {
  readonly port: number;
  close(): Promise<void>;
}

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

/** Serves the page and its searches on 127.0.0.1; read-only, GET requests only. Port 0 is any free port. */
export async function servePage(elasticsearch: Client, port: number): Promise<PageServer> {
  const files = pageFiles();
  const headers = headersOf(files);
  const server = createServer((request, response) => {
    void reply(request, server, files, elasticsearch).then(({ status, type, body }) => {
      response.writeHead(status, { ...headers, 'content-type': type });
      response.end(body);
    });
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: portOf(server), close };
}

type Files = ReturnType<typeof pageFiles>;

async function reply(request: IncomingMessage, server: Server, files: Files, elasticsearch: Client): Promise<Reply> {
  const { method, url = '/' } = request;
  const { host = '' } = request.headers;
  const hosts = HOST_NAMES.map((name) => `${name}:${portOf(server)}`);
  if (!hosts.includes(host))
    return problem(421, 'Misdirected', `The page is at ${hosts.join(' or ')}, not at ${host}.`);
  if (method !== 'GET') return problem(405, 'ReadOnly', `Expected GET, got ${String(method)}: the page is read-only.`);
  const address = `http://${host}`;
  if (!URL.canParse(url, address)) return problem(400, 'InvalidUrl', `${url} is not a valid URL.`);
  const { pathname, searchParams } = new URL(url, address);
  if (pathname === '/panels') return json(200, PANEL_LIST);
  if (pathname === '/search') return search(searchParams, elasticsearch);
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

function problem(status: number, type: string, message: string): Reply {
  return json(status, { type, message });
}

function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(value) };
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

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
