import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { loadConfig, SETTINGS } from '../../workers/config';
import { testEnvironment } from './environment';
import { freePorts } from './free-ports';

let elsewhere: Server;
let connections = 0;
/** A server of somebody else's, in every variable that could lead there. */
let hostile: NodeJS.ProcessEnv;
beforeAll(async () => {
  elsewhere = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const address = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  const url = `http://${address}`;
  hostile = {
    ...process.env,
    ...Object.fromEntries(SETTINGS.map((name) => [name, 'elsewhere'])),
    TEMPORAL_ADDRESS: address,
    KAFKA_BROKERS: address,
    ELASTICSEARCH_NODE: url,
    KIBANA_URL: url,
    TEMPORAL_PROFILE: 'elsewhere',
    TEMPORAL_CONFIG_FILE: '/etc/temporal.toml',
    TEMPORAL_TLS: 'true',
    SPARK_CONF_DIR: '/etc/spark',
    http_proxy: url,
    grpc_proxy: url,
    PIPELINE_CACHE_DIR: '/var/cache/downloads',
    XDG_CACHE_HOME: '/var/cache',
  };
  // Inherited as they are, these are no settings of a test.
  for (const name of ['ELASTICSEARCH_TIMEOUT_MS', 'ELASTICSEARCH_API_KEY', 'KIBANA_API_KEY', 'PIPELINE_CRASH_AT']) {
    Reflect.deleteProperty(hostile, name);
  }
  for (const name of SETTINGS.filter((each) => each.endsWith('_PORT'))) hostile[name] = '9';
});
afterAll(() => {
  elsewhere.close();
});

/** @returns how many connections the program made to the server of somebody else */
async function connectionsOf(env: NodeJS.ProcessEnv): Promise<number> {
  connections = 0;
  const program = spawn(process.execPath, ['--import', 'tsx', require.resolve('./look-for-servers')], { env });
  const [code] = (await once(program, 'exit')) as [number];
  expect(code).toBe(0);
  return connections;
}

describe('testEnvironment', () => {
  it('has no variable that leads to a server, and keeps the folders of downloads', () => {
    const environment = testEnvironment({ KAFKA_PORT: '1234' }, hostile);
    expect(environment).toMatchObject({
      PATH: process.env['PATH'],
      PIPELINE_CACHE_DIR: '/var/cache/downloads',
      XDG_CACHE_HOME: '/var/cache',
      TEMPORAL_CONFIG_FILE: '/dev/null',
    });
    const config = loadConfig(environment);
    const kept = { PIPELINE_CACHE_DIR: '/var/cache/downloads', XDG_CACHE_HOME: '/var/cache' };
    expect(config).toEqual(loadConfig({ ...kept, KAFKA_PORT: '1234', JDK_JAVA_OPTIONS: 'elsewhere' }));
    expect(Object.keys(environment).filter((name) => /^(TEMPORAL|ELASTICSEARCH|KIBANA|SPARK)_/.test(name))).toEqual([
      'TEMPORAL_CONFIG_FILE',
    ]);
  });

  it('leads no program to a server that the tests did not start', async () => {
    const ports = await freePorts();
    expect(await connectionsOf(testEnvironment(ports, hostile))).toBe(0);
    expect(await connectionsOf({ ...hostile, ...ports })).toBeGreaterThanOrEqual(4);
  }, 60_000);
});
