import { chmod } from 'node:fs/promises';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import { startStack } from '../../deploy/local/stack';
import type { StackEvent } from '../../deploy/local/stack-event';
import { describeStatus, stackStatus } from '../../deploy/local/status';
import { loadConfig } from '../../workers/config';
import { freePorts } from '../support/free-ports';
import { stackAddresses } from '../support/stack';
import { newStateFolder, removeStateFolder } from './state-folder';

let stateFolder: string;
let events: StackEvent[];
const onEvent = (event: StackEvent): void => {
  events.push(event);
};
const never = (): AbortSignal => new AbortController().signal;

beforeEach(async () => {
  stateFolder = await newStateFolder();
  await chmod(stateFolder, 0o755);
  events = [];
});
afterEach(async () => {
  await removeStateFolder(stateFolder);
});

describe('the stack', () => {
  it('waits for external servers, and neither starts nor stops them', async () => {
    const { temporal, kafkaBrokers, elasticsearchNode } = stackAddresses();
    const config = loadConfig({
      ...(await freePorts()),
      PIPELINE_STATE_DIR: stateFolder,
      TEMPORAL_ADDRESS: temporal,
      KAFKA_BROKERS: kafkaBrokers.join(','),
      ELASTICSEARCH_NODE: elasticsearchNode,
    });
    const options = { config, environment: process.env, onEvent, signal: never(), force: never() };
    const stack = await startStack({ ...options, serversOnly: true });
    await stack.ready;
    await stack.stop();

    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['ready']));
    expect(describeStatus(await stackStatus(config))).toMatch(/^kafka +external +- +\S+ +- +ready$/m);
  });

  it('aborts a start that is interrupted, and stops what already runs', async () => {
    const interrupt = new AbortController();
    const { kafkaBrokers, elasticsearchNode } = stackAddresses();
    const config = loadConfig({
      ...(await freePorts()),
      PIPELINE_STATE_DIR: stateFolder,
      KAFKA_BROKERS: kafkaBrokers.join(','),
      ELASTICSEARCH_NODE: elasticsearchNode,
    });
    const stack = await startStack({
      config,
      environment: process.env,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'started') interrupt.abort(new Error('enough'));
      },
      signal: interrupt.signal,
      force: never(),
    });

    await expect(stack.ready).rejects.toThrow('enough');
    await stack.stop();
    expect(new ProcessRecords(stateFolder).running()).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'stopped').map(({ part }) => part)).toContain('temporal');
  });

  it('reports every problem at once, and starts nothing', async () => {
    const ports = await freePorts();
    const config = loadConfig({ ...ports, KAFKA_PORT: ports['TEMPORAL_PORT'], PIPELINE_STATE_DIR: stateFolder });
    const environment = { PATH: '' };

    await expect(startStack({ config, environment, onEvent, signal: never(), force: never() })).rejects.toThrow(
      /^The stack cannot start:\n- Java is missing[^]*- KAFKA_PORT and TEMPORAL_PORT are both/,
    );
    expect(events).toEqual([]);
  });
});
