import { join } from 'node:path';
import { type Addresses, addressesOf } from '../../workers/addresses';
import type { Config } from '../../workers/config';
import { stateFolder } from './folders';
import type { Installation } from './install/installation';
import { Launch, type LaunchOptions } from './launch';
import { elasticsearchAt, elasticsearchServer } from './servers/elasticsearch';
import { kafkaAt, kafkaServer } from './servers/kafka';
import type { Reachable, Server } from './servers/server';
import { temporalAt, temporalServer } from './servers/temporal';

/** Where clients and people find the servers, whoever runs them. */
export interface StackAddresses extends Addresses {
  /** URL; undefined where Temporal runs elsewhere. */
  readonly temporalUi: string | undefined;
}

export interface StackOptions extends Pick<LaunchOptions, 'onEvent' | 'afterCompanions' | 'signal' | 'hurry'> {
  readonly config: Config;
  readonly installation: Installation;
}

/** Servers that serve, until they are stopped. */
export interface RunningStack extends Pick<Launch, 'died' | 'startCompanion' | 'stop'> {
  readonly addresses: StackAddresses;
}

/**
 * Starts Temporal, Kafka and Elasticsearch, each unless its address is set, and waits until all of them serve.
 *
 * @throws {@link StackError} when one cannot be had; whatever was started is stopped by then
 */
export async function startStack({ config, installation, ...options }: StackOptions): Promise<RunningStack> {
  const folder = stateFolder(config);
  const launch = await Launch.start({
    ...options,
    stateFolder: folder,
    servers: servers(config, installation, folder),
  });
  return {
    addresses: stackAddresses(config),
    died: launch.died,
    startCompanion: (spec) => {
      launch.startCompanion(spec);
    },
    stop: () => launch.stop(),
  };
}

function servers(config: Config, installation: Installation, folder: string): Server[] {
  const external = (server: Reachable): Server => ({ ...server, managed: false });
  return [
    config.TEMPORAL_ADDRESS === undefined
      ? temporalServer(config, installation, join(folder, 'temporal'))
      : external(temporalAt(config)),
    config.KAFKA_BROKERS === undefined
      ? kafkaServer(config, installation, join(folder, 'kafka'))
      : external(kafkaAt(config)),
    config.ELASTICSEARCH_NODE === undefined
      ? elasticsearchServer(config, installation, join(folder, 'elasticsearch'))
      : external(elasticsearchAt(config)),
  ];
}

function stackAddresses(config: Config): StackAddresses {
  const temporalUi = config.TEMPORAL_ADDRESS === undefined ? `http://127.0.0.1:${config.TEMPORAL_UI_PORT}` : undefined;
  return { ...addressesOf(config), temporalUi };
}
