import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const PROJECT = join(__dirname, '..', '..');

export type ServerName = 'kafka' | 'elasticsearch' | 'temporal';

/** `npm run stack` in a process of its own: servers, worker, and whatever they start. */
export class StackProcess {
  private constructor(
    private readonly pid: number,
    private readonly stateFolder: string,
    private readonly ended: Promise<unknown>,
  ) {}

  /** Resolves when everything is up; the error has the last lines when it is not. */
  static async start(environment: Readonly<Record<string, string>>, stateFolder: string): Promise<StackProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'deploy/local/stack-cli.ts', 'up'], {
      cwd: PROJECT,
      env: { ...process.env, ...environment, PIPELINE_STATE_DIR: stateFolder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      const onLine = (line: string): void => {
        lines.push(line);
        if (line.startsWith('Ctrl-C stops')) resolve();
      };
      for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
      void ended.then(() => {
        reject(new Error(`the launcher ended before everything was up:\n${lines.slice(-30).join('\n')}`));
      });
    });
    return new StackProcess(child.pid ?? 0, stateFolder, ended);
  }

  /** Also where the launcher is gone already, as after a start that failed. */
  async stop(): Promise<void> {
    signalUnlessGone(this.pid, 'SIGTERM');
    await this.ended;
  }

  /**
   * One server dies; the launcher dies with it without a word, so that the others stay up and the next start goes on
   * with them.
   */
  async killServer(name: ServerName): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await killGroups(this.#pidsOf('servers', new RegExp(`^${name}\\.json$`)));
    await this.ended;
  }

  /** Power loss: launcher, servers, worker and Spark drivers at once, none with time for a last word. */
  async killEverything(): Promise<void> {
    const groups = [...this.#pidsOf('servers', /\.json$/), ...this.#pidsOf('spark/runs', /driver\.json$/)];
    process.kill(this.pid, 'SIGKILL');
    await killGroups(groups);
    await this.ended;
  }

  #pidsOf(folder: string, name: RegExp): number[] {
    const path = join(this.stateFolder, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((file) => name.test(file))
      .map((file) => (JSON.parse(readFileSync(join(path, file), 'utf8')) as { pid: number }).pid);
  }
}

/** Waits until the kernel has let go of what they held: a server finds its folder locked before. */
async function killGroups(groups: readonly number[]): Promise<void> {
  for (const pid of groups) signalUnlessGone(-pid, 'SIGKILL');
  const deadlineMs = Date.now() + 20_000;
  while (groups.some(isThere) && Date.now() < deadlineMs) await sleep(50);
}

/** Nobody may be left to collect what was killed. */
function isThere(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function signalUnlessGone(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
