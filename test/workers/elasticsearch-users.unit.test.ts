import { createServer, type Server } from 'node:http';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { setUpUsers } from '../../workers/elasticsearch-users';
import { listen } from '../support/listen';

/** The servers of the tests run without the module that keeps users: this one notes what it is asked. */
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
  it('gives Kibana its password, and workers a user for the indices of pipelines alone', async () => {
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
