import { createServer, type Server } from 'node:http';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { setUpUsers } from '../../workers/set-up-servers';
import { listen } from '../support/listen';

/** Records requests: the Elasticsearch of the tests has no security module. */
let server: Server;
let elasticsearch: Client;
const asked: { request: string; body: unknown }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ request: `${request.method} ${request.url}`, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.setHeader('x-elastic-product', 'Elasticsearch').setHeader('content-type', 'application/json').end('{}');
    });
  });
  const port = await listen(server);
  elasticsearch = new Client({ node: `http://127.0.0.1:${port}`, Connection: HttpConnection, maxRetries: 0 });
});
afterAll(async () => {
  await elasticsearch.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('setUpUsers', () => {
  it('sets the password of Kibana, and creates a user for workers that can access only the indices of pipelines', async () => {
    await setUpUsers(elasticsearch, { kibana: 'kib4na', pipeline: 'pipel1ne' });
    const names = ['pipeline.*'];
    expect(asked).toEqual([
      { request: 'PUT /_security/user/kibana_system/_password', body: { password: 'kib4na' } },
      {
        request: 'PUT /_security/role/pipeline',
        body: {
          cluster: ['monitor', 'manage_index_templates'],
          indices: [{ names, privileges: ['manage', 'read', 'write'] }],
        },
      },
      {
        request: 'PUT /_security/user/pipeline',
        body: { username: 'pipeline', password: 'pipel1ne', roles: ['pipeline'] },
      },
    ]);
  });
});
