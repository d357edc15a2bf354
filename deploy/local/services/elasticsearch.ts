import { existsSync, realpathSync } from 'node:fs';
import { cp, lchown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { elasticsearchRoles } from '../../../workers/rights/pipeline-rights';
import { restrictedFolder } from '../folders';
import type { PendingInstallation } from '../install/install-parts';
import { type FileRealmUser, rolesFile, usersFile, usersRolesFile } from '../security/file-realm';
import { writeSecret } from '../security/secret-file';
import type { StackSecurity } from '../security/stack-security';
import { SERVER_GRACE_MS, type Service } from '../service';
import { StackError } from '../stack-error';
import { javaOptions } from './java-options';
import type { ServerContext } from './server-context';

/** `nobody` on most systems; any user but root works. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };

/**
 * A single node. Its program folder stays unchanged: configuration, keystore, data and temporary files are in `folder`,
 * which belongs to the user that the node runs as.
 */
export async function elasticsearchService(
  { config, endpoints, security }: ServerContext,
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
    endpoint: endpoints.elasticsearch,
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
      const kind = security === undefined ? 'plain' : 'secure';
      const settings = ['elasticsearch.yml', `elasticsearch-${kind}.yml`].map((file) => join(__dirname, file));
      const texts = await Promise.all(settings.map((path) => readFile(path, 'utf8')));
      await writeFile(join(conf, 'elasticsearch.yml'), texts.join(''));
      if (security !== undefined) await writeSecurity(conf, security);
      for (const path of [data, logs, tmp]) await mkdir(path, { recursive: true });
      if (user !== undefined) await changeOwner(folder, user);
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** The roles of each user; the worker also drops months. */
const ROLES = { admin: ['superuser'], worker: ['worker', 'retention'], page: ['page'] } as const;

/** Copies, since the node reads no file outside of its configuration folder. */
async function writeSecurity(conf: string, security: StackSecurity): Promise<void> {
  const { key, certificate } = security.certificate('elasticsearch');
  for (const path of [key, certificate, security.authority])
    writeSecret(join(conf, 'security', basename(path)), await readFile(path, 'utf8'));
  const users = (['admin', 'worker', 'page'] as const).map(async (name): Promise<FileRealmUser> => {
    const password = (await readFile(security.passwordFile(name), 'utf8')).trim();
    return { name, password, roles: ROLES[name] };
  });
  const realm = await Promise.all(users);
  writeSecret(join(conf, 'users'), usersFile(realm));
  writeSecret(join(conf, 'users_roles'), usersRolesFile(realm));
  writeSecret(join(conf, 'roles.yml'), rolesFile(elasticsearchRoles(security.pipelines)));
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
