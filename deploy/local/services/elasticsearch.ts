import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../workers/config';
import { elasticsearchEndpoint } from '../endpoints';
import type { PendingInstallation } from '../install/installation';
import { SERVER_GRACE_MS, type Service } from '../service';
import { giveTo, unprivilegedUser } from './folder-access';
import { javaOptions } from './java-options';

/**
 * A single node. Its program folder stays as it was unpacked: configuration, keystore, data and scratch files
 * stand in `folder`, which belongs to the user that the node runs as.
 */
export async function elasticsearchService(
  config: Config,
  installing: Pick<PendingInstallation, 'java' | 'javaHome' | 'elasticsearchHome'>,
  folder: string,
): Promise<Service> {
  const [home, java, javaHome] = await Promise.all([
    installing.elasticsearchHome,
    installing.java,
    installing.javaHome,
  ]);
  const own = { conf: join(folder, 'config'), data: join(folder, 'data'), logs: join(folder, 'logs') };
  const tmp = join(folder, 'tmp');
  const user = unprivilegedUser([folder, join(home, 'lib'), javaHome]);
  return {
    name: 'elasticsearch',
    endpoint: elasticsearchEndpoint(config),
    ports: [config.ELASTICSEARCH_PORT, config.ELASTICSEARCH_TRANSPORT_PORT],
    command: [java, ...launcherArguments(home, own.conf, tmp)],
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
    prepare: async () => {
      const shipped = (path: string): boolean => !path.endsWith('elasticsearch.yml');
      await cp(join(home, 'config'), own.conf, { recursive: true, filter: shipped });
      await writeFile(join(own.conf, 'elasticsearch.yml'), nodeSettings(config, own));
      for (const path of [own.data, own.logs, tmp]) await mkdir(path, { recursive: true });
      if (user !== undefined) await giveTo(user, folder);
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** A small JVM that starts the server's own with the heap it is told, and ends it on SIGTERM. */
function launcherArguments(home: string, conf: string, tmp: string): string[] {
  return [
    // It leaves a folder there at each start.
    `-Djava.io.tmpdir=${tmp}`,
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
