import { request } from 'node:http';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import type { RunningServer } from '../../../workers/http/guarded-server';
import { loadConfig } from '../../../workers/config';
import { PipelineWatch } from '../../../workers/page/running-pipelines';
import { servePage } from '../../../workers/page/page-server';
import { OPEN_ENDPOINT } from '../../support/open-endpoint';
import { freePort } from '../../deploy/state-folder';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

let elasticsearch: Client;
let pipelines: PipelineWatch;
let page: RunningServer;
beforeAll(async () => {
  const node = `http://127.0.0.1:${await freePort()}`;
  elasticsearch = new Client({ node, Connection: HttpConnection });
  pipelines = new PipelineWatch(loadConfig({ TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` }));
  page = await servePage({ elasticsearch, pipelines }, OPEN_ENDPOINT);
});
afterAll(async () => {
  await page.close();
  await pipelines.close();
  await elasticsearch.close();
});

/** Sends the path and host unchanged, which `fetch` would normalize. */
async function ask(path: string, { method = 'GET', host = `127.0.0.1:${page.port}` } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: page.port, path, method, headers: { host } };
    request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('the server of the page', () => {
  it.each([
    ['/', 'text/html'],
    ['/page.js', 'text/javascript'],
    ['/page.css', 'text/css'],
    ['/vega/vega.min.js', 'text/javascript'],
    ['/vega/vega-lite.min.js', 'text/javascript'],
    ['/vega/vega-interpreter.js', 'text/javascript'],
    ['/vega/vega-util/index.js', 'text/javascript'],
    ['/panels', 'application/json'],
  ])('serves %s', async (path, type) => {
    const { status, headers } = await ask(path);
    expect([status, headers['content-type']]).toEqual([200, `${type}; charset=utf-8`]);
  });

  it('allows only its own scripts, and no embedding', async () => {
    const { headers } = await ask('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/default-src 'none'; script-src 'self' 'sha256-[\w+/=]+'; style-src 'self'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/tsconfig.json',
    '/page.ts',
    '/vega/../../../package.json',
    '//etc/passwd',
  ])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1', 'localhost:1'])('rejects the host name %j', async (host) => {
    const { status, text } = await ask('/search?panel=volume', { host });
    expect(status).toBe(421);
    expect(text).toContain(`127.0.0.1:${page.port}`);
  });

  it('rejects an invalid URL', async () => {
    expect((await ask('http://[')).status).toBe(400);
  });

  it('answers to localhost', async () => {
    expect((await ask('/', { host: `localhost:${page.port}` })).status).toBe(200);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('refuses %s', async (method) => {
    expect((await ask('/search?panel=volume', { method })).status).toBe(405);
  });

  it('reports invalid filters', async () => {
    const { status, text } = await ask('/search?panel=volume&range=5y');
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ type: 'InvalidInput' });
    expect(text).toMatch(/"range: .*got \\"5y\\""/);
  });

  it('reports that Elasticsearch is unavailable', async () => {
    const { status, text } = await ask('/search?panel=volume');
    expect(status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({ type: 'ServiceUnavailable' });
    expect(text).toContain('Elasticsearch did not answer (connect ECONNREFUSED');
  });

  it('says that Temporal does not answer, within seconds', async () => {
    const { status, text } = await ask('/pipelines');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ pipelines: [], unreachable: expect.any(String) as string });
  });

  it('shows its panels without Elasticsearch', async () => {
    const panels = JSON.parse((await ask('/panels')).text) as { id: string; title: string }[];
    expect(panels.map(({ id }) => id)).toEqual(expect.arrayContaining(['volume', 'latency', 'runs']));
  });
});
