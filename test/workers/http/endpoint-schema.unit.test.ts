import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../workers/config';
import { codecServerEndpoint, localUrl, pageEndpoint } from '../../../workers/http/endpoint-settings';
import { writeSelfSigned } from '../../support/self-signed';

const OPEN = { PAGE_HOST: '0.0.0.0' };
const PROXY = { PAGE_PROXY_USER_HEADER: 'X-User', PAGE_PROXY_ADDRESSES: '10.0.0.1, fd00::/8' };

let folder: string;
let tls: Record<'PAGE_CERTIFICATE_FILE' | 'PAGE_KEY_FILE', string>;
let login: Record<'PAGE_TOKEN_FILE', string>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'endpoints-'));
  const { certificateFile, keyFile } = await writeSelfSigned(folder, 'charts.example');
  tls = { PAGE_CERTIFICATE_FILE: certificateFile, PAGE_KEY_FILE: keyFile };
  login = { PAGE_TOKEN_FILE: join(folder, 'token') };
  writeFileSync(login.PAGE_TOKEN_FILE, 'a-token-of-the-tests\n', { mode: 0o600 });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the settings of our servers', () => {
  it('are loopback, without TLS and login', () => {
    const config = loadConfig({});
    const open = { host: '127.0.0.1', certificate: null, login: null };
    expect(pageEndpoint(config)).toMatchObject({ ...open, port: 8234 });
    expect(codecServerEndpoint(config)).toMatchObject({ ...open, port: 8235 });
    for (const PAGE_HOST of ['localhost', '::1', '127.0.0.2']) expect(loadConfig({ PAGE_HOST })).toBeDefined();
  });

  it('serve the page beyond loopback with a certificate and a login', () => {
    for (const lets of [login, PROXY, { PAGE_TOKEN: 'a-token-of-the-tests' }]) {
      const endpoint = pageEndpoint(loadConfig({ ...OPEN, ...tls, ...lets }));
      expect([endpoint.host, endpoint.certificate, endpoint.login]).not.toContain(null);
      expect(endpoint.host).toBe('0.0.0.0');
    }
    expect(localUrl(loadConfig({ ...OPEN, ...tls, ...login }), 'PAGE')).toBe('https://127.0.0.1:8234/');
  });

  it.each<[string, () => NodeJS.ProcessEnv, string[]]>([
    ['beyond loopback', () => OPEN, ['PAGE_CERTIFICATE_FILE', 'PAGE_TOKEN_FILE']],
    ['beyond loopback without a login', () => ({ ...OPEN, ...tls }), ['PAGE_TOKEN_FILE']],
    ['beyond loopback without TLS', () => ({ ...OPEN, ...login }), ['PAGE_CERTIFICATE_FILE']],
    ['with a certificate without its key', () => ({ PAGE_CERTIFICATE_FILE: 'x' }), ['PAGE_CERTIFICATE_FILE']],
    ['with a key without its certificate', () => ({ PAGE_KEY_FILE: 'x' }), ['PAGE_CERTIFICATE_FILE']],
    ['with two tokens', () => ({ ...login, PAGE_TOKEN: 'another-token-of-the-tests' }), ['PAGE_TOKEN']],
    ['with a header without the proxy', () => ({ PAGE_PROXY_USER_HEADER: 'x' }), ['PAGE_PROXY_USER_HEADER']],
    ['with a proxy without its header', () => ({ PAGE_PROXY_ADDRESSES: '::1' }), ['PAGE_PROXY_USER_HEADER']],
    ['with a proxy at a name', () => ({ ...PROXY, PAGE_PROXY_ADDRESSES: 'proxy' }), ['PAGE_PROXY_ADDRESSES']],
    ['with a short token', () => ({ PAGE_TOKEN: 's3cret' }), ['PAGE_TOKEN']],
  ])('refuse to serve the page %s', (_what, env, variables) => {
    const load = () => loadConfig(env());
    for (const variable of variables) expect(load).toThrow(new RegExp(`at ${variable}(\\[0\\])?$`, 'm'));
    expect(load).not.toThrow(/s3cret|token-of-the-tests/);
  });

  it('refuse a token file that has none, without showing what it has', () => {
    const PAGE_TOKEN_FILE = join(folder, 'short');
    writeFileSync(PAGE_TOKEN_FILE, 's3cret', { mode: 0o600 });
    const open = () => pageEndpoint(loadConfig({ PAGE_TOKEN_FILE }));
    expect(open).toThrow(/^PAGE_TOKEN_FILE: .*expected one token of at least 16 characters/);
    expect(open).not.toThrow(/s3cret/);
  });

  it('refuse a codec server beyond loopback without TLS and without a token', () => {
    const load = () => loadConfig({ CODEC_SERVER_HOST: 'codec.example' });
    expect(load).toThrow(/at CODEC_SERVER_CERTIFICATE_FILE$/m);
    expect(load).toThrow(/expected a login \(CODEC_SERVER_TOKEN_FILE\), .*\n.*at CODEC_SERVER_TOKEN_FILE$/m);
  });
});
