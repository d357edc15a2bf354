import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports';
import { PROJECT } from '../../support/program';
import { StackProcess } from '../../support/stack-process';

/** The local stack of one commit, run from a worktree of it, with a state folder and ports of its own. */
export class CommitStack {
  private constructor(
    readonly commit: string,
    private readonly folder: string,
    private readonly ports: Readonly<Record<string, string>>,
    private readonly launcher: StackProcess,
  ) {}

  /** @param commit - whatever git takes for one */
  static async start(commit: string): Promise<CommitStack> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-spark-'));
    chmodSync(folder, 0o755);
    const checkout = join(folder, 'checkout');
    git('worktree', 'add', '--detach', checkout, commit);
    symlinkSync(join(PROJECT, 'node_modules'), join(checkout, 'node_modules'));
    mkdirSync(join(folder, 'state'), { mode: 0o755 });
    const ports = await freePorts();
    const launcher = await StackProcess.start(ports, join(folder, 'state'), { project: checkout });
    return new CommitStack(commit, folder, ports, launcher);
  }

  get temporal(): string {
    return this.#at('TEMPORAL_PORT');
  }

  get kafka(): string {
    return this.#at('KAFKA_PORT');
  }

  /** Folder of the starts of a pipeline's Spark job. */
  runsOf(pipeline: string): string {
    return join(this.folder, 'state', 'spark', 'runs', pipeline);
  }

  async stop(): Promise<void> {
    await this.launcher.stop();
    git('worktree', 'remove', '--force', join(this.folder, 'checkout'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #at(port: string): string {
    return `127.0.0.1:${this.ports[port] ?? ''}`;
  }
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: PROJECT, stdio: ['ignore', 'ignore', 'inherit'] });
}
