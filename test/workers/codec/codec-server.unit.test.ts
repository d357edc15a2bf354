import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodecKeys } from '../../../workers/codec/codec-keys';
import { serveCodec } from '../../../workers/codec/codec-server';
import { EncryptionCodec } from '../../../workers/codec/encryption-codec';
import type { RunningServer } from '../../../workers/http/guarded-server';
import { Login } from '../../../workers/http/login';
import { OPEN_ENDPOINT } from '../../support/open-endpoint';

const WEB_UI = 'https://temporal.example';
const TOKEN = 'a-token-of-the-tests';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const PAYLOAD = { metadata: { encoding: base64('json/plain') }, data: base64('"kept secret"') };

let folder: string;
let server: RunningServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'codec-server-'));
  const keys = join(folder, 'keys');
  writeFileSync(keys, `november ${randomBytes(32).toString('base64')}`, { mode: 0o600 });
  const endpoint = { ...OPEN_ENDPOINT, login: new Login(() => TOKEN, null) };
  server = await serveCodec(new EncryptionCodec(new CodecKeys(keys)), endpoint, [`${WEB_UI}/`]);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
  });
}

describe('the codec server', () => {
  it('encodes payloads and decodes them again', async () => {
    const encoded = await post('/encode', { payloads: [PAYLOAD, PAYLOAD] });
    expect(encoded.status).toBe(200);
    const text = await encoded.text();
    expect(text).not.toContain(PAYLOAD.data);
    expect(JSON.parse(text)).toMatchObject({ payloads: [{ metadata: { encoding: base64('binary/encrypted') } }, {}] });
    const decoded = await post('/decode', text);
    expect(await decoded.json()).toEqual({ payloads: [PAYLOAD, PAYLOAD] });
  });

  it('answers pages of the Web UI, also before they have logged in', async () => {
    const asked = await fetch(`http://127.0.0.1:${server.port}/decode`, {
      method: 'OPTIONS',
      headers: {
        origin: WEB_UI,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-namespace',
      },
    });
    expect(asked.status).toBe(204);
    expect(Object.fromEntries(asked.headers)).toMatchObject({
      'access-control-allow-origin': WEB_UI,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,content-type,x-namespace',
    });
    const answer = await post('/decode', { payloads: [PAYLOAD] }, { origin: WEB_UI });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, WEB_UI]);
  });

  it.each(['https://evil.example', 'http://temporal.example', 'null'])('refuses pages of %s', async (origin) => {
    const answer = await post('/decode', { payloads: [PAYLOAD] }, { origin });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  it.each([
    ['no token', ''],
    ['another token', 'Bearer a-token-of-others'],
    ['another scheme', `Digest ${TOKEN}`],
  ])('refuses whom sends %s', async (_what, authorization) => {
    const answer = await post('/decode', { payloads: [PAYLOAD] }, { authorization });
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('Expected the token')]);
  });

  it.each([
    ['text', 'hello'],
    ['no payloads', '{}'],
    ['a payload that is not Base64', { payloads: [{ data: 'ä' }] }],
    ['an encrypted payload of another key', { payloads: [encryptedBy('december')] }],
  ])('says what is wrong with %s', async (_what, body) => {
    const { status } = await post('/decode', body);
    expect([400, 422]).toContain(status);
  });

  it('names the key that is missing', async () => {
    const answer = await post('/decode', { payloads: [encryptedBy('december')] });
    expect(await answer.json()).toEqual({
      type: 'PayloadUnreadable',
      message: expect.stringMatching(/^Expected the key december/) as string,
    });
  });

  it.each([
    ['a GET request', { method: 'GET' }, '/decode', 405],
    ['another path', { method: 'POST' }, '/elsewhere', 404],
    ['another content type', { method: 'POST', body: '{}' }, '/decode', 415],
    ['a body of more than 8 MiB', { method: 'POST', body: Buffer.alloc(8 * 1024 * 1024 + 1) }, '/decode', 413],
  ])('refuses %s', async (_what, init, path, status) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`http://127.0.0.1:${server.port}${path}`, { ...init, headers })).status).toBe(status);
  });
});

function encryptedBy(key: string): object {
  return {
    metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64(key) },
    data: randomBytes(40).toString('base64'),
  };
}
