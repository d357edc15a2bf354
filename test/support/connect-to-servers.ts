/**
 * Tries to connect to every server that the settings of this process name; the test of `environment.ts` runs it.
 *
 * @module
 */
import { Connection } from '@temporalio/client';
import { addressesOf, loadConfig } from '../../workers/config';
import { openClients } from '../../workers/clients';

async function connectToServers(): Promise<void> {
  const config = loadConfig();
  const clients = openClients(config, 'test');
  await Promise.allSettled([
    Connection.connect({ address: addressesOf(config).temporal, connectTimeout: 2_000 }),
    clients.kafka.offsets('test'),
    clients.elasticsearch.cluster.health(),
    ...[config.KIBANA_URL, config.SCHEMA_REGISTRY_URL].map((url) => (url === undefined ? null : fetch(url))),
  ]);
  await clients.close();
}

void connectToServers().then(() => process.exit(0));
