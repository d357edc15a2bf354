import { existsSync, realpathSync } from 'node:fs';
import { cp, lchown, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../../workers/config';
import { endpointsOf } from '../endpoints';
import { restrictedFolder } from '../folders';
import type { PendingInstallation } from '../install/install-parts';
import { SERVER_GRACE_MS, type Service } from '../service';
import { StackError } from '../stack-error';
import { javaOptions } from './java-options';

/** `nobody` on most systems; any user but root works. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };

/**
 * A single node. Its program folder stays unchanged: configuration, keystore, data and temporary files are in `folder`,
 * which belongs to the user that the node runs as.
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
    endpoint: endpointsOf(config).elasticsearch,
    ports: [config.ELASTICSEARCH_PORT, config.ELASTICSEARCH_TRANSPORT_PORT],
    // Unpacked without execute permission. It becomes a small Java process, which forwards SIGTERM to the node.
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
      // The small process leaves a temporary folder at each start.
      CLI_JAVA_OPTS: `-XX:TieredStopAtLevel=1 -Djava.io.tmpdir=${tmp}`,
    },
    ...(user !== undefined && { user }),
    prepare: async () => {
      await cp(join(home, 'config'), conf, { recursive: true });
      await cp(join(__dirname, 'elasticsearch.yml'), join(conf, 'elasticsearch.yml'));
      for (const path of [data, logs, tmp]) await mkdir(path, { recursive: true });
      if (user !== undefined) await changeOwner(folder, user);
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** Returns the user to run as instead of root, if any. @throws {@link StackError} when that user cannot enter a folder */
function unprivilegedUser(folders: readonly string[]): typeof UNPRIVILEGED | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const real = (folder: string): string => (existsSync(folder) ? realpathSync(folder) : folder);
  const restricted = folders.map((folder) => restrictedFolder(real(folder))).find((folder) => folder !== undefined);
  if (restricted === undefined) return UNPRIVILEGED;
  throw new StackError(
    `Elasticsearch does not run as root, and user ${UNPRIVILEGED.uid}, which would run it, cannot enter ${restricted}. ` +
      'Start as another user, or set PIPELINE_STATE_DIR and PIPELINE_CACHE_DIR to folders that every user can enter.',
  );
}

async function changeOwner(folder: string, { uid, gid }: typeof UNPRIVILEGED): Promise<void> {
  for (const entry of ['.', ...(await readdir(folder, { recursive: true }))])
    await lchown(join(folder, entry), uid, gid);
}
