import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { testEnvironment } from './environment';
import { until } from './pipeline-driver';

const PROJECT = join(__dirname, '..', '..');
const RESTART_TIMEOUT_MS = 240_000;

export type ServerName = 'kafka' | 'elasticsearch' | 'temporal';

/** `npm run stack` in a process of its own: servers, worker, page, and whatever they start. */
export class StackProcess {
  private constructor(
    private readonly pid: number,
    private readonly stateFolder: string,
    private readonly ended: Promise<unknown>,
    /** Every line it has printed so far. */
    readonly lines: readonly string[],
  ) {}

  /** Resolves when everything is up; the error has the last lines when it is not. */
  static async start(environment: Readonly<Record<string, string>>, stateFolder: string): Promise<StackProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'deploy/local/stack-cli.ts', 'up'], {
      cwd: PROJECT,
      env: testEnvironment({ ...environment, PIPELINE_STATE_DIR: stateFolder }),
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
    return new StackProcess(child.pid ?? 0, stateFolder, ended, lines);
  }

  /** The process of a part, which leads a group of its own. */
  pidOf(part: string): number {
    const record = readFileSync(join(this.stateFolder, 'processes', `${part}.json`), 'utf8');
    return (JSON.parse(record) as { pid: number }).pid;
  }

  /** Also where the launcher is gone already, as after a start that failed. */
  async stop(): Promise<void> {
    signalUnlessGone(this.pid, 'SIGTERM');
    await this.ended;
  }

  /** SIGKILL for one part and all that it started. Resolves when the launcher has brought it back. */
  async kill(part: string): Promise<void> {
    const sign = part === 'worker' ? 'worker: started' : `${part}: ready at`;
    const seen = (): number => this.lines.filter((line) => line.startsWith(sign)).length;
    const before = seen();
    await killGroups([this.pidOf(part)]);
    await until(`${part} is back`, () => Promise.resolve(seen() > before), RESTART_TIMEOUT_MS);
  }

  /** SIGKILL for the launcher alone: what it started runs on. */
  async killLauncher(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await this.ended;
  }

  /** Power loss: launcher, servers, worker, page and Spark drivers at once, without time to finish anything. */
  async killEverything(): Promise<void> {
    const groups = this.#pidsOf('processes', /\.json$/).concat(this.#pidsOf('spark/runs', /driver\.json$/));
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
