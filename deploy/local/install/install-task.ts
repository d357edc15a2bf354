import { join } from 'node:path';
import { runClient } from './client';

const TELL_EVERY_MS = 5000;

export type PartName = 'temporal' | 'kafka' | 'elasticsearch' | 'spark' | 'spark-connector' | 'temporal-test-server';

/** What is being done for one part, for people. */
export interface InstallProgress {
  readonly part: PartName;
  readonly text: string;
}

export interface InstallOptions {
  /** Folder that holds a folder for each part. */
  readonly cache: string;
  readonly report: (progress: InstallProgress) => void;
  /** Where clients are looked for, and what they are given. */
  readonly env: NodeJS.ProcessEnv;
  /** Aborted: the client is ended, and the installation rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The installation of one part, which runs clients in a folder and tells how far it is. */
export class InstallTask {
  readonly env: NodeJS.ProcessEnv;
  /** Folder for what is not needed once the part is whole. */
  readonly scratch: string;
  readonly #startedAt = Date.now();

  constructor(
    readonly part: PartName,
    readonly folder: string,
    readonly options: InstallOptions,
  ) {
    this.scratch = join(folder, '.tmp');
    // Not the system's folder: unpacking needs more than a /tmp in memory may have.
    this.env = { ...options.env, TMPDIR: this.scratch };
  }

  /**
   * Runs a client to its end, and tells what it does, again and again while it takes long.
   *
   * @param doing - for people
   * @param detail - finds in a line of output what is told besides: the first group
   * @throws {@link StackError} when it does not succeed
   */
  async run(doing: string, [program, ...args]: readonly [string, ...string[]], detail?: RegExp): Promise<void> {
    let text = doing;
    const onLine = (line: string): void => {
      const found = detail?.exec(line)?.[1];
      if (found !== undefined) text = `${doing}: ${found}`;
    };
    const tell = (): void => {
      this.tell(`${text} (${this.seconds} s)`);
    };
    tell();
    const repeat = setInterval(tell, TELL_EVERY_MS);
    try {
      await runClient({ program, args, cwd: this.folder, env: this.env, signal: this.options.signal, onLine });
    } finally {
      clearInterval(repeat);
    }
  }

  tell(text: string): void {
    this.options.report({ part: this.part, text });
  }

  /** Since the installation began. */
  get seconds(): string {
    return ((Date.now() - this.#startedAt) / 1000).toFixed(0);
  }
}
