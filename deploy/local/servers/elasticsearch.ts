import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addressesOf } from '../../../workers/addresses';
import type { Config } from '../../../workers/config';
import { authorizationOf } from '../../../workers/authorization';
import type { Installation } from '../install/installation';
import { giveTo, unprivilegedUser } from './folder-access';
import { javaOptions } from './java-options';
import type { ManagedServer, Reachable } from './server';

export function elasticsearchAt(config: Config): Reachable {
  const address = addressesOf(config).elasticsearchNode;
  return { name: 'elasticsearch', address, probe: (signal) => probeElasticsearch(address, config, signal) };
}

/**
 * A single node. Its program folder stays as it was unpacked: configuration, keystore, data and scratch files
 * stand in `folder`, which belongs to the user that the node runs as.
 */
export function elasticsearchServer(config: Config, installation: Installation, folder: string): ManagedServer {
  const { elasticsearchHome: home, java, javaHome } = installation;
  const own = { conf: join(folder, 'config'), data: join(folder, 'data'), logs: join(folder, 'logs') };
  const tmp = join(folder, 'tmp');
  const user = unprivilegedUser([folder, join(home, 'lib'), javaHome]);
  return {
    ...elasticsearchAt(config),
    managed: true,
    ports: [config.ELASTICSEARCH_PORT, config.ELASTICSEARCH_TRANSPORT_PORT],
    dataFolder: folder,
    command: [java, ...launcherArguments(home, own.conf)],
    cwd: home,
    env: {
      PATH: dirname(java),
      HOME: folder,
      HOSTNAME: 'localhost',
      ...javaOptions(config),
      ES_JAVA_HOME: javaHome,
      ES_JAVA_OPTS: '-Xms512m -Xmx512m',
      ES_PATH_CONF: own.conf,
      ES_TMPDIR: tmp,
    },
    ...(user !== undefined && { user }),
    files: [{ path: join(own.conf, 'elasticsearch.yml'), text: nodeSettings(config, own) }],
    prepare: async () => {
      const shipped = (path: string): boolean => !path.endsWith('elasticsearch.yml');
      await cp(join(home, 'config'), own.conf, { recursive: true, filter: shipped });
      for (const path of [own.data, own.logs, tmp]) await mkdir(path, { recursive: true });
      if (user !== undefined) await giveTo(user, folder);
    },
  };
}

/** A small JVM that starts the server's own with the heap it is told, and ends it on SIGTERM. */
function launcherArguments(home: string, conf: string): string[] {
  return [
    ...['-Xms4m', '-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    ...['-Dcli.name=server', `-Dcli.script=${home}/bin/elasticsearch`, '-Dcli.libs=lib/tools/server-cli'],
    ...[`-Des.path.home=${home}`, `-Des.path.conf=${conf}`],
    ...['-Des.distribution.type=zip', '-Des.java.type=ES_JAVA_HOME'],
    ...['-cp', `${home}/lib/*:${home}/lib/cli-launcher/*`, 'org.elasticsearch.launcher.CliToolLauncher'],
  ];
}

/** In YAML, where a JSON string is a string; a setting of a module that this distribution lacks would be fatal. */
function nodeSettings(config: Config, { data, logs }: { data: string; logs: string }): string {
  const settings = {
    'cluster.name': 'pipeline',
    'node.name': 'pipeline-1',
    'path.data': data,
    'path.logs': logs,
    'network.host': '127.0.0.1',
    'http.port': config.ELASTICSEARCH_PORT,
    'transport.port': config.ELASTICSEARCH_TRANSPORT_PORT,
    'discovery.type': 'single-node',
    'xpack.security.enabled': false,
    'xpack.ml.enabled': false,
    // By default a disk that is 95 % full counts as full, however much is left on it.
    'cluster.routing.allocation.disk.watermark.low': '2gb',
    'cluster.routing.allocation.disk.watermark.high': '1gb',
    'cluster.routing.allocation.disk.watermark.flood_stage': '500mb',
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

async function probeElasticsearch(node: string, config: Config, signal: AbortSignal): Promise<void> {
  const authorization = authorizationOf(config, 'ELASTICSEARCH');
  const url = new URL('_cluster/health?wait_for_status=yellow&timeout=1s', node.endsWith('/') ? node : `${node}/`);
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const response = await fetch(url, { headers, signal });
  const body = await response.text();
  if (response.status === 408) {
    const { active_shards_percent_as_number: percent } = JSON.parse(body) as {
      active_shards_percent_as_number: number;
    };
    throw new Error(`Elasticsearch answers, but has recovered only ${percent.toFixed(1)} % of its indices yet`);
  }
  if (!response.ok) throw new Error(`Elasticsearch answers with HTTP ${response.status}: ${body.slice(0, 200)}`);
}
