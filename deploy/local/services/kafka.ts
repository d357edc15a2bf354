import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../../workers/config';
import { grantWorkerRights } from '../../../workers/rights/grant-worker-rights';
import type { PendingInstallation } from '../install/install-parts';
import { writeSecret } from '../security/secret-file';
import type { StackSecurity } from '../security/stack-security';
import { SERVER_GRACE_MS, type Service } from '../service';
import type { ServerContext } from './server-context';
import { javaOptions } from './java-options';

const LOGGING = `-Dlog4j2.configurationFile=${join(__dirname, 'kafka-log4j2.yaml')}`;

/** One Kafka process that is broker and controller at once (KRaft). */
export async function kafkaService(
  { config, clients, endpoints, security }: ServerContext,
  installing: Pick<PendingInstallation, 'java' | 'kafkaLibs'>,
  folder: string,
): Promise<Service> {
  const [java, kafkaLibs] = await Promise.all([installing.java, installing.kafkaLibs]);
  const data = join(folder, 'data');
  const properties = join(folder, 'server.properties');
  const classPath = ['-cp', join(kafkaLibs, '*')];
  const env = { PATH: dirname(java), HOME: folder, ...javaOptions(config) };
  return {
    name: 'kafka',
    endpoint: endpoints.kafka,
    ports: [config.KAFKA_PORT, config.KAFKA_CONTROLLER_PORT],
    command: [
      java,
      ...['-Xms256m', '-Xmx512m', '-XX:+ExitOnOutOfMemoryError', LOGGING],
      ...[...classPath, 'kafka.Kafka', properties],
    ],
    env,
    cwd: folder,
    prepare: async (signal) => {
      await mkdir(folder, { recursive: true });
      if (security !== undefined) writeSecret(keystore(folder), keystoreText(security));
      writeSecret(properties, serverProperties(config, folder, security));
      if (existsSync(join(data, 'meta.properties'))) return;
      // From a file, since the arguments of a process can be seen by everyone.
      const format = join(folder, 'format.args');
      writeSecret(format, formatArguments(properties, security).join('\n'));
      const args = ['-XX:TieredStopAtLevel=1', LOGGING, ...classPath, 'kafka.tools.StorageTool', `@${format}`];
      await promisify(execFile)(java, args, { env, cwd: folder, signal }).finally(() => {
        rmSync(format);
      });
    },
    ...(security !== undefined && { afterReady: () => grantWorkerRights(clients, security.pipelines) }),
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** Returns the configuration of the broker whose data is in `folder`. Secret with `security`. */
export function serverProperties(config: Config, folder: string, security?: StackSecurity): string {
  const controller = `127.0.0.1:${config.KAFKA_CONTROLLER_PORT}`;
  const listener = security === undefined ? 'PLAINTEXT' : 'CLIENTS';
  const listeners = `${listener}://127.0.0.1:${config.KAFKA_PORT},CONTROLLER://${controller}`;
  return [
    readFileSync(join(__dirname, 'kafka.properties'), 'utf8'),
    `listeners=${listeners}`,
    `advertised.listeners=${listeners}`,
    `inter.broker.listener.name=${listener}`,
    `controller.quorum.bootstrap.servers=${controller}`,
    `log.dirs=${join(folder, 'data')}`,
    ...(security === undefined
      ? ['listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT']
      : [
          readFileSync(join(__dirname, 'kafka-secure.properties'), 'utf8'),
          `ssl.keystore.location=${keystore(folder)}`,
          `ssl.truststore.location=${security.authority}`,
          'listener.name.clients.scram-sha-512.sasl.jaas.config=' +
            'org.apache.kafka.common.security.scram.ScramLoginModule required ' +
            `username="kafka" password="${password(security, 'kafka')}";`,
        ]),
    '',
  ].join('\n');
}

function keystore(folder: string): string {
  return join(folder, 'keystore.pem');
}

/** Kafka wants the key and its certificate in one file. */
function keystoreText(security: StackSecurity): string {
  const { key, certificate } = security.certificate('kafka');
  return [key, certificate].map((path) => readFileSync(path, 'utf8')).join('');
}

/** One argument a line. The users are part of the cluster's metadata from the beginning. */
function formatArguments(properties: string, security: StackSecurity | undefined): string[] {
  const id = randomBytes(16).toString('base64url');
  const users = security === undefined ? [] : (['kafka', 'admin', 'worker'] as const);
  return [
    ...['format', '--standalone', `--cluster-id=${id}`, `--config=${properties}`],
    ...users.flatMap((name) =>
      security === undefined ? [] : `--add-scram=SCRAM-SHA-512=[name=${name},password=${password(security, name)}]`,
    ),
  ];
}

function password(security: StackSecurity, user: 'kafka' | 'admin' | 'worker'): string {
  return readFileSync(security.passwordFile(user), 'utf8').trim();
}
