import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../../workers/config';
import { kafkaEndpoint } from '../endpoints';
import type { PendingInstallation } from '../install/installation';
import { SERVER_GRACE_MS, type Service } from '../service';
import { javaOptions } from './java-options';

/** One Kafka process that is broker and controller at once (KRaft). */
export async function kafkaService(
  config: Config,
  installing: Pick<PendingInstallation, 'java' | 'kafkaLibs'>,
  folder: string,
): Promise<Service> {
  const [java, kafkaLibs] = await Promise.all([installing.java, installing.kafkaLibs]);
  const data = join(folder, 'data');
  const properties = join(folder, 'server.properties');
  const logging = join(folder, 'log4j2.yaml');
  const classPath = ['-cp', join(kafkaLibs, '*')];
  const env = { PATH: dirname(java), HOME: folder, ...javaOptions(config) };
  return {
    name: 'kafka',
    endpoint: kafkaEndpoint(config),
    ports: [config.KAFKA_PORT, config.KAFKA_CONTROLLER_PORT],
    command: [
      java,
      ...['-Xms256m', '-Xmx512m', '-XX:+ExitOnOutOfMemoryError', `-Dlog4j2.configurationFile=${logging}`],
      ...[...classPath, 'kafka.Kafka', properties],
    ],
    env,
    cwd: folder,
    prepare: async (signal) => {
      await mkdir(folder, { recursive: true });
      for (const [path, text] of Object.entries(kafkaFiles(config, folder))) await writeFile(path, text);
      if (existsSync(join(data, 'meta.properties'))) return;
      const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', newClusterId(), '-c', properties];
      const args = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${logging}`, ...classPath, ...format];
      await promisify(execFile)(java, args, { env, cwd: folder, signal });
    },
    stopGraceMs: SERVER_GRACE_MS,
  };
}

/** The configuration of the broker that has its data in `folder`: the text of each file, by its path. */
export function kafkaFiles(config: Config, folder: string): Readonly<Record<string, string>> {
  const properties = serverProperties(config, join(folder, 'data'));
  return { [join(folder, 'server.properties')]: properties, [join(folder, 'log4j2.yaml')]: LOGGING };
}

/** 16 random bytes in URL-safe base64; the first bit is cleared, since a leading `-` would read as an option. */
function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
}

function serverProperties(config: Config, data: string): string {
  const controller = `127.0.0.1:${config.KAFKA_CONTROLLER_PORT}`;
  const listeners = `PLAINTEXT://127.0.0.1:${config.KAFKA_PORT},CONTROLLER://${controller}`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': controller,
    'controller.listener.names': 'CONTROLLER',
    listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
    'auto.create.topics.enable': false,
    // A single reader joins at once, instead of waiting for others.
    'group.initial.rebalance.delay.ms': 0,
    // Records are dated by their publishing, and nothing is deleted before a reset.
    'log.message.timestamp.type': 'CreateTime',
    'log.retention.ms': -1,
    // Fewer files than by default; one broker holds every replica.
    'offsets.topic.num.partitions': 10,
    'transaction.state.log.num.partitions': 10,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 10,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const LOGGING = `Configuration:
  status: error
  Appenders:
    Console:
      name: stdout
      PatternLayout:
        pattern: "[%d] %p %m (%c)%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        - ref: stdout
`;
