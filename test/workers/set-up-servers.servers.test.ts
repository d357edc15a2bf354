import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { type Clients, openClients } from '../../workers/clients';
import { type Config, loadConfig } from '../../workers/config';
import { setUpNamespace, setUpPipeline } from '../../workers/set-up-servers';
import { workerEnvironment } from '../support/stack';

let config: Config;
let clients: Clients;
beforeAll(() => {
  config = loadConfig(workerEnvironment());
  clients = openClients(config, 'set-up-test');
});
afterAll(async () => {
  await clients.close();
});

describe('the set-up of servers', () => {
  it('creates the topics and indices of a pipeline before its first run, and is idempotent', async () => {
    const name = `set-up-${randomUUID().slice(0, 8)}`;
    await setUpPipeline(config, clients, name);
    const indices = await clients.elasticsearch.indices.getAlias({ index: `pipeline.${name}.*` });
    const aliases = Object.values(indices).flatMap((index) => Object.keys(index.aliases));
    expect(aliases.sort()).toEqual([
      `pipeline.${name}.dead-letters`,
      `pipeline.${name}.readings`,
      `pipeline.${name}.windows`,
    ]);
    for (const stream of ['raw', 'enriched', 'windows', 'dead-letter']) {
      const { end } = await clients.kafka.offsets(`${name}.${stream}`);
      expect(Object.values(end)).not.toEqual([]);
    }

    await setUpPipeline(config, clients, name);
    expect(await clients.elasticsearch.indices.getAlias({ index: `pipeline.${name}.*` })).toEqual(indices);
  });

  it('creates a namespace that workers can use at once, and is idempotent', async () => {
    const connection = await Connection.connect({ address: config.TEMPORAL_ADDRESS ?? '' });
    const namespace = `set-up-${randomUUID()}`;
    try {
      await setUpNamespace(connection, namespace);
      await setUpNamespace(connection, namespace);
      const { count } = await connection.workflowService.countWorkflowExecutions({ namespace });
      expect(count.toNumber()).toBe(0);
    } finally {
      await connection.operatorService.deleteNamespace({ namespace });
      await connection.close();
    }
  });
});
