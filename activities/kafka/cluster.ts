import { KafkaClients, type KafkaServers } from './connection';
import { protocolErrorType } from './kafka-failure';

const TIMEOUT_MS = 5_000;
const RETRY_MS = 50;

/**
 * Asks one broker after the other until one answers.
 *
 * KafkaJS asks for all topics and fails if any of them has no leader; that counts as an answer, too.
 *
 * @returns whether the cluster has a broker that serves clients
 * @throws the error of the last broker
 */
export async function servesClients(servers: KafkaServers, signal: AbortSignal): Promise<boolean> {
  const clients = new KafkaClients(servers, {
    clientId: 'probe',
    connectionTimeout: TIMEOUT_MS,
    requestTimeout: TIMEOUT_MS,
    retry: { retries: servers.brokers.length - 1, initialRetryTime: RETRY_MS },
  });
  const admin = clients.open().admin();
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
