import { createServer, type IncomingMessage, type Server } from 'node:http';
import { inspect } from 'node:util';
import { elasticsearchFailure } from '../../activities/elasticsearch/elasticsearch-failure';
import { dashboardTargetOf, openClients } from '../../workers/clients';
import { loadConfig } from '../../workers/config';
import { listen } from '../support/listen';

const BASIC = Buffer.from('pipeline:s3cret').toString('base64');

let server: Server;
let node: string;
const received: IncomingMessage[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(request);
    response.writeHead(401, { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' }).end('{}');
  });
  node = `http://127.0.0.1:${await listen(server)}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

describe('the Elasticsearch client of a process', () => {
  it.each([
    ['a user and password', { ELASTICSEARCH_USERNAME: 'pipeline', ELASTICSEARCH_PASSWORD: 's3cret' }, `Basic ${BASIC}`],
    ['a key', { ELASTICSEARCH_API_KEY: 'a2V5' }, 'ApiKey a2V5'],
    ['nothing', {}, undefined],
  ])('sends %s, and reveals it in no failure', async (_what, secrets, authorization) => {
    const clients = openClients(loadConfig({ ELASTICSEARCH_NODE: node, ...secrets }), 'test');
    const error = await clients.elasticsearch.search({ index: 'x' }).catch((reason: unknown) => reason);
    expect(received.at(-1)?.headers.authorization).toBe(authorization);

    const failure = elasticsearchFailure(error, 'Searching');
    const texts = [inspect(error), inspect(failure), failure.message, failure.stack].join('\n');
    expect(texts).toContain('401');
    expect(texts).not.toMatch(new RegExp(`s3cret|a2V5|${BASIC}`));
    await clients.close();
  });
});

const KIBANA_URL = 'https://kibana.example:5601';

describe('dashboardTargetOf', () => {
  it('is null without the URL of Kibana', () => {
    expect(dashboardTargetOf(loadConfig({ KIBANA_API_KEY: 'key' }))).toBeNull();
  });

  it('sends an API key, or a user and a password, or nothing', () => {
    const authorization = (env: NodeJS.ProcessEnv) =>
      dashboardTargetOf(loadConfig({ KIBANA_URL, ...env }))?.server.security.authorization();
    const user = { KIBANA_USERNAME: 'elastic', KIBANA_PASSWORD: 'pass:word' };
    expect(authorization({})).toBeNull();
    expect(authorization(user)).toBe(`Basic ${btoa('elastic:pass:word')}`);
    expect(authorization({ KIBANA_API_KEY: 'a2V5' })).toBe('ApiKey a2V5');
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['a password without a name', { KIBANA_PASSWORD: 'secret' }],
    ['a name without a password', { KIBANA_USERNAME: 'elastic' }],
    ['a key beside a name', { KIBANA_API_KEY: 'secret', KIBANA_USERNAME: 'elastic', KIBANA_PASSWORD: 'secret' }],
    ['credentials in the address', { KIBANA_URL: 'https://elastic:secret@kibana.example' }],
  ])('rejects %s without revealing it', (_, env) => {
    const load = () => loadConfig({ KIBANA_URL, ...env });
    expect(load).toThrow(/KIBANA_/);
    expect(load).not.toThrow(/secret/);
  });
});
