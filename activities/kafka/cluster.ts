import { Kafka, logLevel } from 'kafkajs';

const TIMEOUT_MS = 5_000;
const RETRY_MS = 50;

/**
 * Asks one broker after the other until one answers.
 *
 * @param brokers - each as `host:port`
 * @returns how many brokers the cluster has that serve clients
 * @throws the error of the last broker that was asked
 */
export async function countBrokers(brokers: readonly string[], signal: AbortSignal): Promise<number> {
  const kafka = new Kafka({
    clientId: 'probe',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    retry: { retries: brokers.length - 1, initialRetryTime: RETRY_MS },
  });
  const admin = kafka.admin();
  const abort = (): void => void admin.disconnect().catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length;
  } finally {
    signal.removeEventListener('abort', abort);
    await admin.disconnect().catch(() => undefined);
  }
}
