import { createServer, type Server } from 'node:http';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { elasticsearchRoles } from '../../workers/rights/pipeline-rights';
import { setUpUsers } from '../../workers/set-up-servers';
import { listen } from '../support/listen';

/** Records requests and keeps users: the Elasticsearch of the tests has users and roles in files only. */
let server: Server;
let elasticsearch: Client;
const asked: { request: string; body: unknown }[] = [];
const users = new Map<string, { roles: string[] }>();
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url = '' } = request;
      const username = /^\/_security\/user\/(\w+)$/.exec(url)?.[1] ?? '';
      response.setHeader('x-elastic-product', 'Elasticsearch').setHeader('content-type', 'application/json');
      if (method === 'GET') {
        const user = users.get(username);
        response.writeHead(user === undefined ? 404 : 200);
        response.end(JSON.stringify(user === undefined ? {} : { [username]: user }));
        return;
      }
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { roles: string[] };
      if (username !== '') users.set(username, body);
      asked.push({ request: `${method} ${url}`, body });
      response.end('{}');
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
      { request: 'PUT /_security/role/pipeline.a.worker', body: worker },
      { request: 'PUT /_security/role/pipeline.a.retention', body: retention },
      user('worker', 'pipeline.a.worker', 'pipeline.a.retention'),
      {
        request: 'PUT /_security/role/pipeline.a.logstash',
        body: { cluster: ['monitor'], indices: [{ names, privileges: ['auto_configure', 'index'] }] },
      },
      user('logstash', 'pipeline.a.logstash'),
    ]);
  });

  it('keeps what they may do for a pipeline that was set up before', async () => {
    for (let repeated = 0; repeated < 2; repeated++) await setUpUsers(elasticsearch, 'b', (user) => user);
    const both = (role: string): string[] => ['a', 'b'].map((name) => `pipeline.${name}.${role}`);
    expect(users.get('logstash')?.roles).toEqual(both('logstash'));
    expect(users.get('worker')?.roles.sort()).toEqual([...both('retention'), ...both('worker')].sort());
    expect(asked.filter(({ request }) => request.endsWith('/role/pipeline.a.worker'))).toHaveLength(1);
  });
});
