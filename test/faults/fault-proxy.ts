import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, fetch, type Response } from 'undici';
import { listen } from '../support/listen';
import { insertFailures, itemsOf, type ItemFailure } from './bulk-exchange';

/** The fault of one bulk request. */
export type Fault =
  /** The proxy answers without forwarding the request. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly retryAfterSeconds?: number }
  /** Some items fail without reaching the server; the others are forwarded. */
  | { readonly kind: 'items'; readonly failure: (item: string, position: number) => ItemFailure | null }
  /** The server applies the request; the connection is closed without a response. */
  | { readonly kind: 'lost' }
  /** The server applies the request; the response is delayed. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The server applies the request; only the first bytes of the response body are sent, with status 200. */
  | { readonly kind: 'truncated'; readonly bytes: number }
  /** The server applies the request; the response is 200 with a body that is not JSON. */
  | { readonly kind: 'garbage' }
  /** The connection is closed without forwarding the request. */
  | { readonly kind: 'refused' };

/** Decides on the fault of a bulk request; null: it is forwarded unchanged. */
export type FaultPlan = (request: {
  /** Counts the bulk requests, from 1. */
  readonly number: number;
  readonly items: readonly string[];
  readonly bytes: number;
}) => Fault | null | Promise<Fault | null>;

/** In PEM: certificate and key of the proxy, and that of the CA to trust. */
export interface ProxySecurity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** An HTTP proxy in front of Elasticsearch that injects faults into bulk requests and forwards everything else. */
export class FaultProxy {
  plan: FaultPlan = () => null;
  /** Called when the server has answered a bulk request without a fault, before the response is forwarded. */
  onApplied: (number: number) => void = () => undefined;
  /** Number of bulk requests received, and of faults injected. */
  requests = 0;
  faults = 0;
  /** Number of bulk items received, per alias. */
  readonly sent = new Map<string, number>();
  readonly #server: Server;

  readonly #dispatcher: Agent;

  private constructor(
    private readonly target: string,
    private readonly security: ProxySecurity | undefined,
  ) {
    const handler = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response).catch(() => request.socket.destroy());
    };
    this.#server = security === undefined ? createServer(handler) : createTlsServer(security, handler);
    this.#dispatcher = new Agent(security === undefined ? {} : { connect: { ca: security.ca } });
  }

  /** @param security - undefined: neither end of the proxy is protected */
  static async start(target: string, security?: ProxySecurity): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, security);
    await listen(proxy.#server);
    return proxy;
  }

  get address(): string {
    return `${this.security === undefined ? 'http' : 'https'}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#dispatcher.destroy();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (!(request.url ?? '').includes('/_bulk')) {
      await this.#relay(await this.#forward(request, body), response);
      return;
    }
    const number = ++this.requests;
    const items = itemsOf(body);
    const alias = (request.url ?? '').split('/')[1] ?? '';
    this.sent.set(alias, (this.sent.get(alias) ?? 0) + items.length);
    const fault = await this.plan({ number, items, bytes: body.length });
    if (fault === null) {
      const answer = await this.#forward(request, body);
      this.onApplied(number);
      await this.#relay(answer, response);
      return;
    }
    this.faults += 1;
    await this.#inject(fault, { request, response, body, items });
  }

  async #inject(fault: Fault, exchange: BulkExchange): Promise<void> {
    const { request, response, body } = exchange;
    if (fault.kind === 'refused') request.socket.destroy();
    else if (fault.kind === 'answer') {
      if (fault.retryAfterSeconds !== undefined) response.setHeader('retry-after', fault.retryAfterSeconds);
      reply(response, fault.status, fault.body ?? '');
    } else if (fault.kind === 'items') await this.#failItems(fault, exchange);
    else await this.#breakResponse(fault, await this.#forward(request, body), exchange);
  }

  async #failItems({ failure }: Extract<Fault, { kind: 'items' }>, exchange: BulkExchange): Promise<void> {
    const { request, response, items } = exchange;
    const failures = items.map((item, position) => failure(item, position));
    const passing = items.filter((_, position) => failures[position] === null);
    const real = passing.length === 0 ? null : await this.#forward(request, Buffer.from(passing.join('')));
    if (real?.ok === false) await this.#relay(real, response);
    else reply(response, 200, insertFailures((await real?.text()) ?? null, failures));
  }

  /** The server has applied the request; only its response is broken. */
  async #breakResponse(
    fault: Extract<Fault, { kind: 'lost' | 'late' | 'truncated' | 'garbage' }>,
    answer: Response,
    { request, response }: BulkExchange,
  ): Promise<void> {
    switch (fault.kind) {
      case 'lost':
        await answer.arrayBuffer();
        request.socket.destroy();
        return;
      case 'late':
        await sleep(fault.ms);
        await this.#relay(answer, response);
        return;
      case 'truncated':
        reply(response, 200, (await answer.text()).slice(0, fault.bytes));
        return;
      case 'garbage':
        await answer.arrayBuffer();
        reply(response, 200, '<html>a gateway says hello</html>');
    }
  }

  async #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Response> {
    const passed: Record<string, string> = {};
    for (const name of ['accept', 'content-type', 'authorization']) {
      const value = headers[name];
      if (typeof value === 'string') passed[name] = value;
    }
    const hasBody = method !== 'GET' && method !== 'HEAD';
    return await fetch(`${this.target}${url ?? '/'}`, {
      method: method ?? 'GET',
      headers: passed,
      dispatcher: this.#dispatcher,
      ...(hasBody ? { body: new Uint8Array(body) } : {}),
    });
  }

  async #relay(answer: Response, response: ServerResponse): Promise<void> {
    const type = answer.headers.get('content-type');
    if (type !== null) response.setHeader('content-type', type);
    response.setHeader('x-elastic-product', 'Elasticsearch');
    response.writeHead(answer.status);
    response.end(Buffer.from(await answer.arrayBuffer()));
  }
}

interface BulkExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly items: readonly string[];
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.setHeader('x-elastic-product', 'Elasticsearch');
  response.setHeader('content-type', 'application/vnd.elasticsearch+json;compatible-with=8');
  response.writeHead(status);
  response.end(body);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
