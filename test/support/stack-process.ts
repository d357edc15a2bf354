import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testEnvironment } from './environment';
import { PROJECT, startCommand } from './program';
import { until } from './until';

export type ServerName = 'kafka' | 'elasticsearch' | 'temporal' | 'temporal-proxy';

/** How a stack is started; by default as `npm run stack` of this checkout. */
interface StackCommand {
  readonly command?: string;
  /** The beginning of the line that it prints once everything is up. */
  readonly readyLine?: string;
  readonly project?: string;
  /** Where a secured stack has its state, beside the folder that the settings name. */
  readonly securedFolder?: string;
}

/** A command that starts the local stack: the launcher, the servers, the worker, the page and whatever they start. */
export class StackProcess {
  private constructor(
    private readonly pid: number,
    private readonly stateFolder: string,
    /** Resolves with the signal or exit code when the command has ended. */
    readonly ended: Promise<string>,
    /** Every line that it has printed so far. */
    readonly lines: readonly string[],
  ) {}

  /** Resolves when everything is up. @throws Error with its last lines when it ends before */
  static async start(
    environment: Readonly<Record<string, string>>,
    stateFolder: string,
    { command = 'npm run stack', readyLine = 'Ctrl-C stops', project = PROJECT, securedFolder }: StackCommand = {},
  ): Promise<StackProcess> {
    const env = testEnvironment({ ...environment, PIPELINE_STATE_DIR: stateFolder });
    const { pid, ended, lines } = await startCommand(command, env, readyLine, project);
    return new StackProcess(pid, securedFolder ?? stateFolder, ended, lines);
  }

  /** Process id of a part, which is also the id of its process group. */
  pidOf(part: string): number {
    const record = readFileSync(join(this.stateFolder, 'processes', `${part}.json`), 'utf8');
    return (JSON.parse(record) as { pid: number }).pid;
  }

  /** Also possible when the launcher has ended already, for example after a failed start. */
  async stop(): Promise<void> {
    signalIfRunning(-this.pid, 'SIGTERM');
    await this.ended;
  }

  /** SIGKILL for one part and everything that it started. Resolves when the launcher has restarted it. */
  async kill(part: string): Promise<void> {
    const readyLine = part === 'worker' ? 'worker: started' : `${part}: ready at`;
    const starts = (): number => this.lines.filter((line) => line.startsWith(readyLine)).length;
    const before = starts();
    await killGroups([this.pidOf(part)]);
    await until(`${part} is restarted`, () => starts() > before);
  }

  /** Power loss: SIGKILL for launcher, servers, worker, page and Spark drivers at once, except for some parts. */
  async killEverything(except: readonly string[] = []): Promise<void> {
    const kept = except.map((part) => this.pidOf(part));
    const groups = this.#pidsOf('processes', /\.json$/).concat(this.#pidsOf('spark/runs', /driver\.json$/));
    signalIfRunning(-this.pid, 'SIGKILL');
    await killGroups(groups.filter((pid) => !kept.includes(pid)));
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

/** Also waits until the processes have ended: before that, a new server finds its folder locked. */
async function killGroups(groups: readonly number[]): Promise<void> {
  for (const pid of groups) signalIfRunning(-pid, 'SIGKILL');
  const deadlineMs = Date.now() + 20_000;
  while (groups.some(isRunning) && Date.now() < deadlineMs) await sleep(50);
}

/** A zombie counts as ended: its parent may have been killed too. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function signalIfRunning(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
