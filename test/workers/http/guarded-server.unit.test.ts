import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { once } from 'node:events';
import { Certificate } from '../../../workers/http/certificate';
import type { EndpointSettings } from '../../../workers/http/endpoint-settings';
import { type RunningServer, serveGuarded, type Service } from '../../../workers/http/guarded-server';
import { Login } from '../../../workers/http/login';
import { json } from '../../../workers/http/reply';
import { OPEN_ENDPOINT } from '../../support/open-endpoint';
import { writeSelfSigned } from '../../support/self-signed';

const NAME = 'charts.example';
const TOKEN = 'a-token-of-the-tests';
const SERVICE: Service = {
  realm: 'Tests',
  headers: { 'x-content-type-options': 'nosniff' },
  maxBodyBytes: 10,
  pointsOf: ({ pathname }) => (pathname === '/dear' ? 3_000 : 1),
  answer: (_request, { pathname }, body) => Promise.resolve(json(200, { pathname, body: body.toString() })),
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

let folder: string;
let certificateFile: string;
let keyFile: string;
let certificate: Certificate;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'guarded-server-'));
  ({ certificateFile, keyFile } = await writeSelfSigned(folder, NAME));
  certificate = newCertificate();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

function newCertificate(): Certificate {
  const [cert, key] = [
    { setting: 'PAGE_CERTIFICATE_FILE', path: certificateFile },
    { setting: 'PAGE_KEY_FILE', path: keyFile },
  ];
  return new Certificate(cert, key);
}

async function serve(settings: Partial<EndpointSettings> = {}): Promise<RunningServer> {
  const server = await serveGuarded({ ...OPEN_ENDPOINT, ...settings }, SERVICE);
  running.push(server);
  return server;
}

async function ask(
  { port }: RunningServer,
  {
    path = '/',
    method = 'GET',
    body = '',
    tls = false,
    headers = {},
  }: Partial<Record<'path' | 'method' | 'body', string>> & { tls?: boolean; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const options = { host: '127.0.0.1', port, path, method, headers, agent: false };
  const request = tls
    ? requestHttps({ ...options, ca: readFileSync(certificateFile), servername: NAME })
    : requestHttp(options);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (user: string, password: string) => ({ authorization: `Basic ${btoa(`${user}:${password}`)}` });

describe('a server of ours', () => {
  it('has its headers in every response', async () => {
    const server = await serve();
    for (const answer of [await ask(server), await ask(server, { headers: { host: 'evil.example' } })])
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['a length above the limit', { 'content-length': '11' }],
    ['chunks above the limit', { 'transfer-encoding': 'chunked' }],
  ])('refuses a body with %s, and closes the connection', async (_what, headers) => {
    const answer = await ask(await serve(), { method: 'POST', body: 'x'.repeat(11), headers });
    expect([answer.status, answer.headers.connection]).toEqual([413, 'close']);
  });

  it('passes on a body within the limit', async () => {
    const { text } = await ask(await serve(), { method: 'POST', body: 'x'.repeat(10) });
    expect(JSON.parse(text)).toMatchObject({ body: 'xxxxxxxxxx' });
  });

  it('says when to ask again after too many requests', async () => {
    const server = await serve();
    const answers = [await ask(server, { path: '/dear' }), await ask(server, { path: '/dear' }), await ask(server)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(Number(answers[2]?.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a server of ours with a login', () => {
  const login = () => new Login(() => TOKEN, null);

  it.each([
    ['the token as a bearer token', 200, bearer(TOKEN)],
    ['the token as a password', 200, basic('anybody', TOKEN)],
    ['nothing', 401, {}],
    ['another bearer token', 401, bearer(`${TOKEN}x`)],
    ['another password', 401, basic(TOKEN, 'another-password')],
    ['something else', 401, { authorization: 'hello' }],
  ])('given %s answers with %i', async (_what, status, headers) => {
    const answer = await ask(await serve({ login: login() }), { headers });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Basic realm="Tests", charset="UTF-8"');
    expect(answer.text).not.toContain(TOKEN);
  });

  it('lets nobody guess, not even with the right token at last', async () => {
    const server = await serve({ login: login() });
    for (let guess = 0; guess < 10; guess += 1) await ask(server, { headers: bearer(`guess-${guess}`) });
    const answer = await ask(server, { headers: bearer(TOKEN) });
    expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([429, true]);
  });

  it('believes the header of a user only from the proxy', async () => {
    const proxied = async (address: string): Promise<number> => {
      const server = await serve({ login: new Login(null, { header: 'x-user', addresses: [address] }) });
      return (await ask(server, { headers: { 'x-user': 'ada' } })).status;
    };
    expect(await proxied('127.0.0.1')).toBe(200);
    expect(await proxied('127.0.0.0/8')).toBe(200);
    expect(await proxied('10.0.0.0/8')).toBe(401);
    expect(await proxied('fd00::/8')).toBe(401);
  });

  it('counts the requests of each user of the proxy', async () => {
    const server = await serve({ login: new Login(null, { header: 'x-user', addresses: ['127.0.0.1'] }) });
    const statusOf = async (user: string, path: string): Promise<number> =>
      (await ask(server, { path, headers: { 'x-user': user } })).status;
    expect([await statusOf('ada', '/dear'), await statusOf('ada', '/dear'), await statusOf('ada', '/')]).toEqual([
      200, 200, 429,
    ]);
    expect(await statusOf('bob', '/')).toBe(200);
    expect(await statusOf('', '/')).toBe(401);
  });
});

describe('a server of ours with a certificate', () => {
  it('answers over TLS to the names of the certificate and to its own address', async () => {
    const server = await serve({ certificate });
    const statusOf = async (host: string): Promise<number> =>
      (await ask(server, { tls: true, headers: { host } })).status;
    expect(await statusOf(NAME)).toBe(200);
    expect(await statusOf(`${NAME}:8443`)).toBe(200);
    expect(await statusOf(`127.0.0.1:${server.port}`)).toBe(200);
    expect(await statusOf('evil.example')).toBe(421);
    const { headers } = await ask(server, { tls: true, headers: { host: NAME } });
    expect(headers['strict-transport-security']).toMatch(/^max-age=/);
  });

  it('answers nothing to plaintext', async () => {
    await expect(ask(await serve({ certificate }))).rejects.toThrow();
  });

  it.each<[string, SecureVersion, boolean]>([
    ['does not speak', 'TLSv1.1', false],
    ['speaks', 'TLSv1.2', true],
    ['speaks', 'TLSv1.3', true],
  ])('%s %s', async (_what, version, speaks) => {
    const { port } = await serve({ certificate });
    const options = { host: '127.0.0.1', port, minVersion: version, maxVersion: version, rejectUnauthorized: false };
    // The library of the client refuses TLS 1.1 by itself otherwise.
    const socket = connect({ ...options, ciphers: 'DEFAULT@SECLEVEL=0' });
    const connected = once(socket, 'secureConnect').then(
      () => true,
      () => false,
    );
    expect(await connected).toBe(speaks);
    socket.destroy();
  });

  it('refuses a key that others can read, or of another certificate', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    const { keyFile: otherKey } = await writeSelfSigned(other, NAME);
    const own = readFileSync(keyFile);
    copyFileSync(otherKey, keyFile);
    expect(newCertificate).toThrow(/^PAGE_CERTIFICATE_FILE, PAGE_KEY_FILE: expected a certificate and its key in PEM/);
    writeFileSync(keyFile, own);
    chmodSync(keyFile, 0o644);
    expect(newCertificate).toThrow(/^PAGE_KEY_FILE: .*chmod 600.*got mode 644/);
    chmodSync(keyFile, 0o600);
  });
});
