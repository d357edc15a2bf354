import { createServer, type IncomingMessage, type Server } from 'node:http';
import { inspect } from 'node:util';
import { elasticsearchFailure } from '../../activities/elasticsearch/elasticsearch-failure';
import { openClients } from '../../workers/clients';
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
  ])('sends %s, and tells of it in no failure', async (_what, secrets, authorization) => {
    const clients = openClients(loadConfig({ ELASTICSEARCH_NODE: node, ...secrets }), 'test');
    const error = await clients.elasticsearch.search({ index: 'x' }).catch((reason: unknown) => reason);
    expect(received.at(-1)?.headers.authorization).toBe(authorization);

    const failure = elasticsearchFailure(error, 'Searching');
    const told = [inspect(error), inspect(failure), failure.message, failure.stack].join('\n');
    expect(told).toContain('401');
    expect(told).not.toMatch(new RegExp(`s3cret|a2V5|${BASIC}`));
    await clients.close();
  });
});
