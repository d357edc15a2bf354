import { readFile } from 'node:fs/promises';
import { driverConnections, type ProtectedServers } from './driver-connections';
import { RunFolder } from './run-folder';

/** Between two looks at the files with certificates and secrets. */
const CHECK_MS = 5_000;

/** Whether a driver, which reads certificates and secrets once, still has those of its worker. */
export class ConnectionsWatch {
  #checkedMs = 0;
  #isOutdated = false;

  constructor(
    private readonly servers: ProtectedServers,
    private readonly runFolder: string,
  ) {}

  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** Returns true once, when they have changed; looks every few seconds at most. */
  async hasChanged(): Promise<boolean> {
    if (this.#isOutdated || Date.now() - this.#checkedMs < CHECK_MS) return false;
    this.#checkedMs = Date.now();
    this.#isOutdated = await this.#differs();
    return this.#isOutdated;
  }

  /** False while a file cannot be read, and for a driver that has ended. */
  async #differs(): Promise<boolean> {
    try {
      return (
        (await readFile(new RunFolder(this.runFolder).connectionsFile, 'utf8')) !== driverConnections(this.servers)
      );
    } catch {
      return false;
    }
  }
}
