import { randomBytes } from 'node:crypto';
import type { Client as ElasticsearchClient } from '@elastic/elasticsearch';
import { Client, Connection } from '@temporalio/client';
import type { KafkaGateway } from '../../../activities/kafka';
import { type Clients, openClients } from '../../../workers/clients';
import { dataConverterOf } from '../../../workers/codec/data-converter';
import { loadConfig } from '../../../workers/config';
import { temporalOptions } from '../../../workers/temporal-connection';
import { IsolatedStack } from '../../support/isolated-stack';

export const BENCH_PIPELINE = 'bench';

/** A local stack of this bench with an administrator's clients. */
export class BenchServers {
  private constructor(
    readonly stack: IsolatedStack,
    readonly temporal: Client,
    private readonly clients: Clients,
    /** Of a worker, which encrypts what it stores in Temporal if the stack is secured. */
    readonly workerEnvironment: Readonly<Record<string, string>>,
  ) {}

  static async start(isSecured: boolean): Promise<BenchServers> {
    const stack = await IsolatedStack.start(isSecured ? [BENCH_PIPELINE] : undefined);
    const keys = `bench ${randomBytes(32).toString('base64')}\n`;
    const codec = isSecured ? { TEMPORAL_CODEC_KEYS_FILE: stack.writeSecret('codec-keys', keys) } : {};
    const config = loadConfig({ ...stack.adminVariables, ...codec });
    const connection = await Connection.connect(temporalOptions(config));
    const temporal = new Client({ connection, dataConverter: dataConverterOf(config) });
    return new BenchServers(stack, temporal, openClients(config, 'bench'), { ...stack.workerEnvironment, ...codec });
  }

  get kafka(): KafkaGateway {
    return this.clients.kafka;
  }

  get elasticsearch(): ElasticsearchClient {
    return this.clients.elasticsearch;
  }

  async stop(): Promise<void> {
    await this.clients.close();
    await this.temporal.connection.close();
    await this.stack.stop();
  }
}
