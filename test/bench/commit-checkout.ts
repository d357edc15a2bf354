import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from '../support/program';

/** The files of one commit in a worktree, with the installed packages of this checkout. */
export class CommitCheckout {
  /** Also a place for what is made of the commit. */
  readonly folder = mkdtempSync(join(tmpdir(), 'bench-commit-'));
  readonly project = join(this.folder, 'checkout');

  /** @param commit - whatever git takes for one */
  constructor(commit: string) {
    chmodSync(this.folder, 0o755);
    git('worktree', 'add', '--detach', this.project, commit);
    symlinkSync(join(PROJECT, 'node_modules'), join(this.project, 'node_modules'));
  }

  remove(): void {
    git('worktree', 'remove', '--force', this.project);
    // A server that has just ended may have left a file behind while the folder was being emptied.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: PROJECT, stdio: ['ignore', 'ignore', 'inherit'] });
}
