import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { loadConfig, SETTINGS } from '../../workers/config';
import { testEnvironment } from './environment';
import { freePorts } from './free-ports';
import { listen } from './listen';

let foreignServer: Server;
let connections = 0;
/** Names a server that the tests did not start in every variable that could do so. */
let inherited: NodeJS.ProcessEnv;
beforeAll(async () => {
  foreignServer = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  const address = `127.0.0.1:${await listen(foreignServer)}`;
  const url = `http://${address}`;
  inherited = {
    ...process.env,
    TEMPORAL_ADDRESS: address,
    KAFKA_BROKERS: address,
    ELASTICSEARCH_NODE: url,
    KIBANA_URL: url,
    SCHEMA_REGISTRY_URL: url,
    TEMPORAL_TLS: 'true',
    SPARK_CONF_DIR: '/etc/spark',
    http_proxy: url,
    grpc_proxy: url,
    PIPELINE_CACHE_DIR: '/var/cache/downloads',
    XDG_CACHE_HOME: '/var/cache',
  };
});
afterAll(() => {
  foreignServer.close();
});

/** @returns the number of connections that a program with this environment made to the foreign server */
async function connectionsOf(env: NodeJS.ProcessEnv): Promise<number> {
  connections = 0;
  const program = spawn(process.execPath, ['--import', 'tsx', require.resolve('./connect-to-servers')], { env });
  const [code] = (await once(program, 'exit')) as [number];
  expect(code).toBe(0);
  return connections;
}

describe('testEnvironment', () => {
  it('has no variable that names a server, and keeps the folders of downloads', () => {
    const every = Object.fromEntries(SETTINGS.map((name) => [name, 'elsewhere']));
    const environment = testEnvironment({ KAFKA_PORT: '1234' }, { ...every, ...inherited });
    expect(environment).toMatchObject({
      PATH: process.env['PATH'],
      PIPELINE_CACHE_DIR: '/var/cache/downloads',
      XDG_CACHE_HOME: '/var/cache',
      TEMPORAL_CONFIG_FILE: '/dev/null',
    });
    const config = loadConfig(environment);
    const kept = {
      PIPELINE_CACHE_DIR: '/var/cache/downloads',
      XDG_CACHE_HOME: '/var/cache',
      HOME: process.env['HOME'],
    };
    const folders = { XDG_CONFIG_HOME: 'elsewhere', APPDATA: 'elsewhere', TEMPORAL_CONFIG_FILE: '/dev/null' };
    expect(config).toEqual(loadConfig({ ...kept, ...folders, KAFKA_PORT: '1234', JDK_JAVA_OPTIONS: 'elsewhere' }));
    expect(
      Object.keys(environment).filter((name) => /^(TEMPORAL|ELASTICSEARCH|KIBANA|SCHEMA|SPARK)_/.test(name)),
    ).toEqual(['TEMPORAL_CONFIG_FILE']);
  });

  it('lets no program connect to a server that the tests did not start', async () => {
    const ports = await freePorts();
    expect(await connectionsOf(testEnvironment(ports, inherited))).toBe(0);
    expect(await connectionsOf({ ...inherited, ...ports })).toBeGreaterThanOrEqual(5);
  });
});
