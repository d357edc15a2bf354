import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../../workers/config';
import { endpointsOf } from '../endpoints';
import type { PendingInstallation } from '../install/install-parts';
import { SERVER_GRACE_MS, type Service } from '../service';
import { javaOptions } from './java-options';

const LOGGING = `-Dlog4j2.configurationFile=${join(__dirname, 'kafka-log4j2.yaml')}`;

/** One Kafka process that is broker and controller at once (KRaft). */
export async function kafkaService(
  config: Config,
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
    endpoint: endpointsOf(config).kafka,
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
      await writeFile(properties, serverProperties(config, folder));
      if (existsSync(join(data, 'meta.properties'))) return;
      const id = randomBytes(16).toString('base64url');
      const format = ['kafka.tools.StorageTool', 'format', '--standalone', `--cluster-id=${id}`, '-c', properties];
      const args = ['-XX:TieredStopAtLevel=1', LOGGING, ...classPath, ...format];
      await promisify(execFile)(java, args, { env, cwd: folder, signal });
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** Returns the configuration of the broker whose data is in `folder`. */
export function serverProperties(config: Config, folder: string): string {
  const controller = `127.0.0.1:${config.KAFKA_CONTROLLER_PORT}`;
  const listeners = `PLAINTEXT://127.0.0.1:${config.KAFKA_PORT},CONTROLLER://${controller}`;
  return [
    readFileSync(join(__dirname, 'kafka.properties'), 'utf8'),
    `listeners=${listeners}`,
    `advertised.listeners=${listeners}`,
    `controller.quorum.bootstrap.servers=${controller}`,
    `log.dirs=${join(folder, 'data')}\n`,
  ].join('\n');
}
