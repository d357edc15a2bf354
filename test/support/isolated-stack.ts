import { mkdirSync, mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports';
import { StackProcess, type ServerName } from './stack-process';

/** A local stack on ports and in a state folder of its own, whose servers can be killed one by one or all at once. */
export class IsolatedStack {
  private constructor(
    private launcher: StackProcess,
    private readonly ports: Readonly<Record<string, string>>,
    private readonly folder: string,
  ) {}

  static async start(): Promise<IsolatedStack> {
    const folder = mkdtempSync(join(tmpdir(), 'isolated-stack-'));
    await chmod(folder, 0o755);
    mkdirSync(join(folder, 'state'), { mode: 0o755 });
    const ports = await freePorts();
    return new IsolatedStack(await launch(ports, folder), ports, folder);
  }

  get temporal(): string {
    return this.#at('TEMPORAL_PORT');
  }

  get kafkaBrokers(): readonly string[] {
    return [this.#at('KAFKA_PORT')];
  }

  get elasticsearchNode(): string {
    return `http://${this.#at('ELASTICSEARCH_PORT')}`;
  }

  /** Environment of a worker process on these servers. */
  get workerEnvironment(): Readonly<Record<string, string>> {
    return {
      TEMPORAL_ADDRESS: this.temporal,
      KAFKA_BROKERS: this.kafkaBrokers.join(','),
      ELASTICSEARCH_NODE: this.elasticsearchNode,
      PIPELINE_STATE_DIR: join(this.folder, 'worker'),
    };
  }

  /** Process id of a server, which is also the id of its process group. */
  pidOf(server: ServerName): number {
    return this.launcher.pidOf(server);
  }

  /** SIGKILL for a server or for the whole stack; resolves when everything is up again. */
  async killServers(which: ServerName | 'all'): Promise<void> {
    if (which !== 'all') return this.launcher.kill(which);
    await this.launcher.killEverything();
    this.launcher = await launch(this.ports, this.folder);
  }

  async stop(): Promise<void> {
    await this.launcher.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  #at(port: string): string {
    return `127.0.0.1:${this.ports[port] ?? ''}`;
  }
}

async function launch(ports: Readonly<Record<string, string>>, folder: string): Promise<StackProcess> {
  return await StackProcess.start(ports, join(folder, 'state'));
}
