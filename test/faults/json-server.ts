import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';

/** The variables of a client of the servers, as the settings name them. */
export type Variables = Readonly<Record<string, string>>;

/** Elasticsearch over plain HTTP or TLS, without its client. */
export class JsonServer {
  readonly url: string;
  readonly #dispatcher: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({
    ELASTICSEARCH_NODE: url = '',
    ELASTICSEARCH_CA_FILE: ca,
    ELASTICSEARCH_USERNAME: user,
    ELASTICSEARCH_PASSWORD_FILE: password = '',
  }: Variables) {
    this.url = url;
    this.#dispatcher = new Agent(ca === undefined ? {} : { connect: { ca: readFileSync(ca, 'utf8') } });
    const credentials = user === undefined ? '' : `${user}:${readFileSync(password, 'utf8').trim()}`;
    this.#headers = user === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  }

  /** Sends a JSON request. @throws Error when the status is not 2xx */
  async request<T>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<T> {
    const headers = { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) };
    const response = await fetch(this.url + path, {
      ...{ method, headers, dispatcher: this.#dispatcher },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${this.url}${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async close(): Promise<void> {
    await this.#dispatcher.close();
  }
}
