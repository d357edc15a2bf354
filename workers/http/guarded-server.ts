import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate';
import type { EndpointSettings } from './endpoint-settings';
import { problem, type Reply } from './reply';
import { RequestLimits } from './request-limits';

const MAX_CONNECTIONS = 1_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often a new certificate is looked for. */
const CERTIFICATE_CHECK_MS = 10_000;
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '::1'];

/** What a server of ours does; the guards before it are the same for all. */
export interface Service {
  /** What a browser asks the password for. */
  readonly realm: string;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** 0 if requests have no body. */
  readonly maxBodyBytes: number;
  /** Cost of a request; a client has 6,000 a minute. */
  readonly pointsOf: (url: URL) => number;
  readonly answer: (request: IncomingMessage, url: URL, body: Buffer) => Promise<Reply>;
  /** Answers a request, or calls `next`; before the login, since browsers ask without it whether they may ask. */
  readonly first?: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves over TLS if there is a certificate. It rejects requests to other host names, of clients that are not logged in,
 * too many requests, and bodies that are too large, in this order.
 */
export async function serveGuarded(settings: EndpointSettings, service: Service): Promise<RunningServer> {
  const guard = new Guard(settings, service);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const next = (): void => {
      void guard.reply(request, portOf(server)).then(({ status, type, body, headers = {} }) => {
        // What was not read of a body must not be taken for the next request.
        const connection = request.complete ? {} : { connection: 'close' };
        response.writeHead(status, {
          ...service.headers,
          ...guard.headers,
          ...headers,
          ...connection,
          'content-type': type,
        });
        response.end(body);
      });
    };
    if (service.first === undefined) next();
    else service.first(request, response, next);
  };
  const { certificate } = settings;
  const limits = { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server =
    certificate === null
      ? createHttpServer(limits, listener)
      : createHttpsServer({ ...limits, ...certificate.pem, minVersion: 'TLSv1.2' }, listener);
  server.maxConnections = MAX_CONNECTIONS;
  const renewal =
    certificate !== null && server instanceof HttpsServer ? renewCertificate(server, certificate) : undefined;
  server.listen(settings.port, settings.host);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    clearInterval(renewal);
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { port: portOf(server), close };
}

function renewCertificate(server: HttpsServer, certificate: Certificate): NodeJS.Timeout {
  let { cert } = certificate.pem;
  return setInterval(() => {
    try {
      const pem = certificate.pem;
      if (pem.cert !== cert) server.setSecureContext({ ...pem, minVersion: 'TLSv1.2' });
      cert = pem.cert;
    } catch (error) {
      console.error(`${String(error)}; the certificate before stays in use`);
    }
  }, CERTIFICATE_CHECK_MS).unref();
}

class Guard {
  readonly #limits = new RequestLimits();

  constructor(
    private readonly settings: EndpointSettings,
    private readonly service: Service,
  ) {}

  get headers(): Readonly<Record<string, string>> {
    return this.settings.certificate === null ? {} : { 'strict-transport-security': 'max-age=31536000' };
  }

  async reply(request: IncomingMessage, port: number): Promise<Reply> {
    try {
      return await this.#reply(request, port);
    } catch (error) {
      console.error(error);
      return problem(500, 'Unexpected', 'The request failed unexpectedly; see the log of this server.');
    }
  }

  async #reply(request: IncomingMessage, port: number): Promise<Reply> {
    const { url: target = '/', headers } = request;
    const { host = '' } = headers;
    if (!this.#isHost(host, port)) {
      const names = LOOPBACK_NAMES.slice(0, 2).map((name) => `${name}:${port}`);
      const others = this.settings.certificate === null ? '' : ', or a name in its certificate';
      return problem(421, 'Misdirected', `This server is ${names.join(' or ')}${others}, not ${host}.`);
    }
    const base = `http://${host}`;
    if (!URL.canParse(target, base)) return problem(400, 'InvalidUrl', `${target} is not a valid URL.`);
    const url = new URL(target, base);
    const client = await this.#clientOf(request);
    if (typeof client !== 'string') return client;
    const waitSeconds = await this.#limits.request(client, this.service.pointsOf(url));
    if (waitSeconds !== null) return tooMany('requests', waitSeconds);
    const body = await bodyOf(request, this.service.maxBodyBytes);
    return body === null
      ? problem(413, 'TooLarge', `Expected at most ${this.service.maxBodyBytes} bytes in the body of a request.`)
      : await this.service.answer(request, url, body);
  }

  /** A foreign site may have pointed its name to this address. */
  #isHost(host: string, port: number): boolean {
    const { host: own, certificate } = this.settings;
    const [, name = '', givenPort = ''] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(host) ?? [];
    if ((LOOPBACK_NAMES.includes(name) || name === own) && givenPort === String(port)) return true;
    return certificate?.isFor(name) === true;
  }

  /** Returns whose requests to count together, or why nobody is let in. */
  async #clientOf(request: IncomingMessage): Promise<string | Reply> {
    const address = request.socket.remoteAddress ?? '';
    const { login } = this.settings;
    if (login === null) return address;
    const waitSeconds = await this.#limits.login(address);
    if (waitSeconds !== null) return tooMany('failed logins', waitSeconds);
    const user = login.userOf(request);
    if (user !== null) return user;
    // A browser asks without credentials first.
    if (request.headers.authorization !== undefined) await this.#limits.failedLogin(address);
    const challenge = `Basic realm="${this.service.realm}", charset="UTF-8"`;
    const expected = 'Expected the token, as a bearer token or as the password of any user.';
    return problem(401, 'NotLoggedIn', expected, { 'www-authenticate': challenge });
  }
}

function tooMany(what: string, seconds: number): Reply {
  const headers = { 'retry-after': String(seconds) };
  return problem(429, 'TooManyRequests', `Too many ${what} from here; ask again in ${seconds} s.`, headers);
}

/** Reads the body; null as soon as it is too large. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function portOf(server: Server | HttpsServer): number {
  return (server.address() as AddressInfo).port;
}
