import { type Dispatcher, fetch, type RequestInit, type Response } from 'undici';
import type { TlsTexts } from '../contracts/tls-problem';
import { protectedDispatcher } from './protected-dispatcher';

/** How requests to a server are protected. Both throw an Error that names a file which cannot be read. */
export interface HttpSecurity {
  /** Returns the `Authorization` header for the next request; null: none. Secret. */
  readonly authorization: () => string | null;
  /** Returns what a new connection is protected with, if the URL has https. Secret. */
  readonly tls: () => TlsTexts;
}

const OPEN: HttpSecurity = { authorization: () => null, tls: () => ({}) };

/** A server with an HTTP API. */
export class HttpServer {
  readonly #dispatcher: Dispatcher;

  /** @param url - without credentials */
  constructor(
    readonly url: string,
    readonly security: HttpSecurity = OPEN,
  ) {
    this.#dispatcher = protectedDispatcher(security.tls);
  }

  /**
   * Requests a path below the URL; follows no redirect, so that no login page gets credentials.
   *
   * @param authorization - header of the server's `security`; the caller can remove it from texts
   * @throws TypeError whose cause says why there is no answer
   */
  async fetch(path: string, authorization: string | null, init: RequestInit): Promise<Response> {
    return await fetch(this.url.replace(/\/+$/, '') + path, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), ...(authorization !== null && { authorization }) },
      redirect: 'manual',
      dispatcher: this.#dispatcher,
    });
  }
}
