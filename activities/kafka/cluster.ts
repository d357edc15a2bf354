import { Kafka, logLevel } from 'kafkajs';
import { protocolErrorType } from './kafka-failure';

const TIMEOUT_MS = 5_000;
const RETRY_MS = 50;

/**
 * Asks one broker after the other until one answers.
 *
 * KafkaJS asks for all topics and fails if any of them has no leader; that counts as an answer, too.
 *
 * @param brokers - each as `host:port`
 * @returns whether the cluster has a broker that serves clients
 * @throws the error of the last broker
 */
export async function servesClients(brokers: readonly string[], signal: AbortSignal): Promise<boolean> {
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
    return (await admin.describeCluster()).brokers.length > 0;
  } catch (error) {
    if (protocolErrorType(error) === undefined) throw error;
    return true;
  } finally {
    signal.removeEventListener('abort', abort);
    await admin.disconnect().catch(() => undefined);
  }
}
