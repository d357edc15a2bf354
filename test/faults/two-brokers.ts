import { installParts } from '../../deploy/local/install/install-parts';
import { loadConfig } from '../../workers/config';
import { BrokerPair } from '../activities/kafka/broker-pair';
import type { FaultServers } from './case-environment';

/** Runs work on servers whose Kafka is one of two brokers, which is started for it and stopped after it. */
export async function withTwoBrokers<T>(
  servers: FaultServers,
  work: (servers: FaultServers) => Promise<T>,
): Promise<T> {
  const pair = new BrokerPair(installed);
  try {
    await pair.start();
    const own = { KAFKA_BROKERS: pair.brokers.join(',') };
    return await work({
      ...servers,
      admin: { ...servers.admin, ...own },
      workerEnvironment: { ...servers.workerEnvironment, ...own },
    });
  } finally {
    await pair.stop();
  }
}

/** The stack has installed everything when the first case begins. */
function installed(): ReturnType<typeof installParts> {
  const { signal } = new AbortController();
  return installParts(loadConfig(process.env), { onEvent: () => undefined, env: process.env, signal });
}
