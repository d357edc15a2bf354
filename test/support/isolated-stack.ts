import { mkdirSync, mkdtempSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSecret } from '../../deploy/local/security/secret-file';
import { existingSecurity, securedConfig, type StackSecurity } from '../../deploy/local/security/stack-security';
import { freePorts } from './free-ports';
import { StackProcess, type ServerName } from './stack-process';

type Variables = Readonly<Record<string, string>>;

/** A local stack on ports and in a state folder of its own, whose servers can be killed one by one or all at once. */
export class IsolatedStack {
  private constructor(
    private launcher: StackProcess,
    private readonly ports: Variables,
    private readonly folder: string,
    private readonly securedFor: readonly string[] | undefined,
  ) {}

  /** @param securedFor - the pipelines for which a worker has rights; undefined: the servers are not protected */
  static async start(securedFor?: readonly string[]): Promise<IsolatedStack> {
    const folder = mkdtempSync(join(tmpdir(), 'isolated-stack-'));
    await chmod(folder, 0o755);
    mkdirSync(stateFolder(folder, securedFor), { mode: 0o755 });
    const ports = await freePorts();
    return new IsolatedStack(await launch(ports, folder, securedFor), ports, folder, securedFor);
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
  get workerEnvironment(): Variables {
    return { ...this.#variables('worker'), PIPELINE_STATE_DIR: join(this.folder, 'worker') };
  }

  /** The variables of a client that may do everything. */
  get adminVariables(): Variables {
    return this.#variables('admin');
  }

  /** Folder of a server's own files. */
  serverFolder(server: ServerName): string {
    return join(stateFolder(this.folder, this.securedFor), server);
  }

  /** Returns the path of a new file, which is removed with the stack. */
  writeSecret(name: string, text: string): string {
    const path = join(this.folder, name);
    writeSecret(path, text);
    return path;
  }

  /** Process id of a server, which is also the id of its process group. */
  pidOf(server: ServerName): number {
    return this.launcher.pidOf(server);
  }

  /** SIGKILL for a server or for the whole stack; resolves when everything is up again. */
  async killServers(which: ServerName | 'all'): Promise<void> {
    if (which !== 'all') return this.launcher.kill(which);
    await this.launcher.killEverything();
    this.launcher = await launch(this.ports, this.folder, this.securedFor);
  }

  async stop(): Promise<void> {
    await this.launcher.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Of a stack whose servers are protected. */
  get security(): StackSecurity {
    return existingSecurity(securedConfig({ ...this.ports, PIPELINE_STATE_DIR: stateFolder(this.folder) }));
  }

  #variables(client: 'admin' | 'worker'): Variables {
    if (this.securedFor !== undefined) return this.security.variables(client);
    return {
      TEMPORAL_ADDRESS: this.temporal,
      KAFKA_BROKERS: this.kafkaBrokers.join(','),
      ELASTICSEARCH_NODE: this.elasticsearchNode,
    };
  }

  #at(port: string): string {
    return `127.0.0.1:${this.ports[port] ?? ''}`;
  }
}

/** A secured stack has its state beside the folder that the settings name. */
function stateFolder(folder: string, securedFor?: readonly string[]): string {
  return join(folder, securedFor === undefined ? 'state' : 'state-secure');
}

async function launch(ports: Variables, folder: string, securedFor?: readonly string[]): Promise<StackProcess> {
  if (securedFor === undefined) return await StackProcess.start(ports, stateFolder(folder));
  const command = ['npm run stack -- --secure', ...securedFor].join(' --name ');
  return await StackProcess.start(ports, stateFolder(folder), {
    command,
    securedFolder: stateFolder(folder, securedFor),
  });
}
