import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { addressesOf } from '../../../workers/addresses';
import type { Config } from '../../../workers/config';
import type { Installation } from '../install/installation';
import { javaOptions } from './java-options';
import { countBrokers } from './kafka-metadata';
import type { ManagedServer, Reachable } from './server';

export function kafkaAt(config: Config): Reachable {
  const brokers = addressesOf(config).kafkaBrokers;
  return { name: 'kafka', address: brokers.join(','), probe: (signal) => probeKafka(brokers, signal) };
}

/** One Kafka process that is broker and controller at once (KRaft). */
export function kafkaServer(config: Config, { java, kafkaLibs }: Installation, folder: string): ManagedServer {
  const data = join(folder, 'data');
  const properties = join(folder, 'server.properties');
  const logging = join(folder, 'log4j2.yaml');
  const classPath = ['-cp', join(kafkaLibs, '*')];
  const env = { PATH: dirname(java), HOME: folder, ...javaOptions(config) };
  return {
    ...kafkaAt(config),
    managed: true,
    ports: [config.KAFKA_PORT, config.KAFKA_CONTROLLER_PORT],
    dataFolder: folder,
    command: [
      java,
      ...['-Xms256m', '-Xmx512m', '-XX:+ExitOnOutOfMemoryError', `-Dlog4j2.configurationFile=${logging}`],
      ...[...classPath, 'kafka.Kafka', properties],
    ],
    env,
    cwd: folder,
    files: [
      { path: properties, text: serverProperties(config, data) },
      { path: logging, text: LOGGING },
    ],
    prepare: async (signal) => {
      if (existsSync(join(data, 'meta.properties'))) return;
      const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', newClusterId(), '-c', properties];
      const args = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${logging}`, ...classPath, ...format];
      await promisify(execFile)(java, args, { env, cwd: folder, signal });
    },
  };
}

async function probeKafka(brokers: readonly string[], signal: AbortSignal): Promise<void> {
  const counts = await Promise.any(brokers.map((broker) => countBrokers(broker, signal))).catch((error: unknown) => {
    throw error instanceof AggregateError ? error.errors[0] : error;
  });
  if (counts === 0) throw new Error('Kafka answers, but has no broker that serves clients yet');
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
