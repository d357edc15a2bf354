import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from './identity';

/** Describes a started process on disk, so that the next launcher finds it after a kill -9 of this one. */
export interface ProcessRecord extends ProcessIdentity {
  readonly name: string;
  readonly stateFolder: string;
  readonly ports: readonly number[];
  readonly log: string;
}

/** The records of one state folder: `<state>/processes/<name>.json`. */
export class ProcessRecords {
  readonly #folder: string;

  constructor(readonly stateFolder: string) {
    this.#folder = join(stateFolder, 'processes');
  }

  /** Synchronous, so that no other code of the launcher runs between a spawn and its record. */
  write(record: ProcessRecord): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#path(record.name, '.tmp'), `${JSON.stringify(record, undefined, 2)}\n`);
    renameSync(this.#path(record.name, '.tmp'), this.#path(record.name));
  }

  /**
   * Returns the recorded processes that still run. Records of a copied state folder belong to another folder's
   * processes and are left out, as are records whose pid was reused.
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
