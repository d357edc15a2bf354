import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from './identity';

/** What a launcher leaves about each process it started, so that the next launcher knows them after a kill -9. */
export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  readonly stateFolder: string;
  readonly ports: readonly number[];
  readonly log: string;
}

/** The records of one state folder: `<state>/processes/<name>.json`. */
export class ProcessRecords {
  readonly #folder: string;

  constructor(private readonly stateFolder: string) {
    this.#folder = join(stateFolder, 'processes');
  }

  /** Synchronous, so that no kill of the launcher falls between a spawn and its record. */
  write(record: ProcessRecord): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#path(record.name, '.tmp'), `${JSON.stringify(record, undefined, 2)}\n`);
    renameSync(this.#path(record.name, '.tmp'), this.#path(record.name));
  }

  /**
   * The recorded processes that still run. A record that came here with a copied folder names another folder's
   * process, and one whose pid went to another process names nobody: neither is listed.
   */
  running(): ProcessRecord[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith('.json'))
      .map((file) => JSON.parse(readFileSync(join(this.#folder, file), 'utf8')) as ProcessRecord)
      .filter((record) => record.stateFolder === this.stateFolder && isRunning(record));
  }

  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #path(name: string, suffix = ''): string {
    return join(this.#folder, `${name}.json${suffix}`);
  }
}
