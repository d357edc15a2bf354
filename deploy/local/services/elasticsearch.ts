import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../workers/config';
import { elasticsearchEndpoint } from '../endpoints';
import type { PendingInstallation } from '../install/installation';
import { SERVER_GRACE_MS, type Service } from '../service';
import { giveTo, unprivilegedUser } from './folder-access';
import { javaOptions } from './java-options';

/**
 * A single node. Its program folder stays as it was unpacked: configuration, keystore, data and temporary files stand
 * in `folder`, which belongs to the user that the node runs as.
 */
export async function elasticsearchService(
  config: Config,
  installing: Pick<PendingInstallation, 'java' | 'javaHome' | 'elasticsearchHome'>,
  folder: string,
): Promise<Service> {
  const home = await installing.elasticsearchHome;
  const [java, javaHome] = await Promise.all([installing.java, installing.javaHome]);
  const [conf, tmp] = [join(folder, 'config'), join(folder, 'tmp')];
  const [data, logs] = [join(folder, 'data'), join(folder, 'logs')];
  const user = unprivilegedUser([folder, join(home, 'lib'), javaHome]);
  return {
    name: 'elasticsearch',
    endpoint: elasticsearchEndpoint(config),
    ports: [config.ELASTICSEARCH_PORT, config.ELASTICSEARCH_TRANSPORT_PORT],
    // Unpacked without the right to be executed. It ends as a small Java process, which passes SIGTERM on to the node.
    command: [
      'bash',
      join(home, 'bin/elasticsearch'),
      ...[`-Epath.data=${data}`, `-Epath.logs=${logs}`],
      ...[`-Ehttp.port=${config.ELASTICSEARCH_PORT}`, `-Etransport.port=${config.ELASTICSEARCH_TRANSPORT_PORT}`],
    ],
    cwd: home,
    env: {
      PATH: [dirname(java), '/usr/bin', '/bin'].join(':'),
      HOME: folder,
      HOSTNAME: 'localhost',
      ...javaOptions(config),
      ES_JAVA_HOME: javaHome,
      ES_JAVA_OPTS: '-Xms512m -Xmx512m',
      ES_PATH_CONF: conf,
      ES_TMPDIR: tmp,
      // The small process leaves a folder there at each start.
      CLI_JAVA_OPTS: `-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=${tmp}`,
    },
    ...(user !== undefined && { user }),
    prepare: async () => {
      await cp(join(home, 'config'), conf, { recursive: true });
      await cp(join(__dirname, 'elasticsearch.yml'), join(conf, 'elasticsearch.yml'));
      for (const path of [data, logs, tmp]) await mkdir(path, { recursive: true });
      if (user !== undefined) await giveTo(user, folder);
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}
