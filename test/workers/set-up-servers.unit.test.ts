import { createServer, type Server } from 'node:http';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { elasticsearchRoles } from '../../workers/rights/pipeline-rights';
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
  it('creates users who can access one pipeline only, and sets their and Kibana’s password', async () => {
    await setUpUsers(elasticsearch, 'a', (user) => `${user}-passw0rd`);
    const names = ['pipeline.a.*'];
    const { worker, retention } = elasticsearchRoles([{ name: 'a' }]);
    const user = (username: string, ...roles: string[]) => ({
      request: `PUT /_security/user/${username}`,
      body: { username, password: `${username}-passw0rd`, roles },
    });
    expect([...worker.indices, ...retention.indices].flatMap((index) => index.names)).toEqual([...names, ...names]);
    expect(asked).toEqual([
      { request: 'PUT /_security/user/kibana_system/_password', body: { password: 'kibana-passw0rd' } },
      { request: 'PUT /_security/role/worker', body: worker },
      { request: 'PUT /_security/role/retention', body: retention },
      user('worker', 'worker', 'retention'),
      {
        request: 'PUT /_security/role/logstash',
        body: { cluster: ['monitor'], indices: [{ names, privileges: ['auto_configure', 'index'] }] },
      },
      user('logstash', 'logstash'),
    ]);
  });
});
