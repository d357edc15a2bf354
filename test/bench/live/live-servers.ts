import { Client as ElasticsearchClient, HttpConnection } from '@elastic/elasticsearch';
import { Client as TemporalClient, Connection, type WorkflowHandle } from '@temporalio/client';
import { createKafkaGateway, type KafkaGateway } from '../../../activities/kafka';
import { CommitStack } from '../commit-stack';

/** Of each topic. */
export const PARTITIONS = 12;

/** The local stack of a commit, with clients. */
export class LiveServers {
  readonly elasticsearch: ElasticsearchClient;
  readonly kafka: KafkaGateway;
  readonly #temporal: TemporalClient;

  private constructor(
    readonly stack: CommitStack,
    private readonly connection: Connection,
  ) {
    this.#temporal = new TemporalClient({ connection });
    this.elasticsearch = new ElasticsearchClient({ node: stack.elasticsearch, Connection: HttpConnection });
    this.kafka = createKafkaGateway({ brokers: [stack.kafka], clientId: 'bench' });
  }

  /** @param commit - whatever git takes for one */
  static async start(commit: string): Promise<LiveServers> {
    const stack = await CommitStack.start(commit);
    return new LiveServers(stack, await Connection.connect({ address: stack.temporal }));
  }

  async startPipeline(name: string, input: object): Promise<WorkflowHandle> {
    return await this.#temporal.workflow.start('streamingPipeline', {
      taskQueue: 'pipeline',
      workflowId: `pipeline/${name}`,
      args: [{ ...input, partitions: PARTITIONS }],
    });
  }

  /** Says on stderr what is measured now. */
  say(what: string): void {
    process.stderr.write(`${this.stack.commit}: ${what}\n`);
  }

  async stop(): Promise<void> {
    await this.kafka.close();
    await this.elasticsearch.close();
    await this.connection.close();
    await this.stack.stop();
  }
}
