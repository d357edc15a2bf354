import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../support/free-ports';
import { StackProcess } from '../support/stack-process';
import { CommitCheckout } from './commit-checkout';

/** The local stack of one commit, run from a worktree of it, with a state folder and ports of its own. */
export class CommitStack {
  private constructor(
    readonly commit: string,
    private readonly checkout: CommitCheckout,
    private readonly ports: Readonly<Record<string, string>>,
    private readonly launcher: StackProcess,
  ) {}

  /** @param commit - whatever git takes for one */
  static async start(commit: string): Promise<CommitStack> {
    const checkout = new CommitCheckout(commit);
    const state = join(checkout.folder, 'state');
    mkdirSync(state, { mode: 0o755 });
    const ports = await freePorts();
    const launcher = await StackProcess.start(ports, state, { project: checkout.project });
    return new CommitStack(commit, checkout, ports, launcher);
  }

  get temporal(): string {
    return this.#at('TEMPORAL_PORT');
  }

  get kafka(): string {
    return this.#at('KAFKA_PORT');
  }

  get elasticsearch(): string {
    return `http://${this.#at('ELASTICSEARCH_PORT')}`;
  }

  /** Process id of a server or of the worker, which is also the id of its process group. */
  pidOf(part: string): number {
    return this.launcher.pidOf(part);
  }

  /** Folder of the starts of a pipeline's Spark job. */
  runsOf(pipeline: string): string {
    return join(this.checkout.folder, 'state', 'spark', 'runs', pipeline);
  }

  async stop(): Promise<void> {
    await this.launcher.stop();
    this.checkout.remove();
  }

  #at(port: string): string {
    return `127.0.0.1:${this.ports[port] ?? ''}`;
  }
}
