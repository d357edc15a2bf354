import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isRunning, type ProcessIdentity } from './identity';

/** What a launcher leaves about each child, so that the next launcher knows its own after a kill -9. */
export interface ChildRecord extends ProcessIdentity {
  readonly name: string;
  /** A server may be adopted by the next launcher; a companion is always stopped and started anew. */
  readonly kind: 'server' | 'companion';
  readonly dataFolder: string;
  readonly ports: readonly number[];
  readonly command: readonly string[];
  /** Of everything the child was started with. */
  readonly fingerprint: string;
  readonly log: string;
  /** Byte of the log at which the output of this process begins. */
  readonly logStart: number;
}

/** The records of one state folder: `<state>/servers/<name>.json`. */
export class ChildRecords {
  readonly #stateFolder: string;
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#stateFolder = stateFolder;
    this.#folder = join(stateFolder, 'servers');
  }

  /** Synchronous, so that no kill of the launcher falls between a spawn and its record. */
  write(record: ChildRecord): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#path(record.name, '.tmp'), `${JSON.stringify(record, undefined, 2)}\n`);
    renameSync(this.#path(record.name, '.tmp'), this.#path(record.name));
  }

  read(name: string): ChildRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#path(name), 'utf8')) as ChildRecord;
    } catch {
      return undefined;
    }
  }

  /**
   * The recorded processes that still run. A record that came here with a copied folder names another folder's
   * process, and one whose pid went to another process names nobody: neither is listed.
   */
  running(): ChildRecord[] {
    return this.#own().filter(isRunning);
  }

  /** Of those whose process has ended, but was not stopped by its launcher. */
  ended(): ChildRecord[] {
    return this.#own().filter((record) => !isRunning(record));
  }

  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #own(): ChildRecord[] {
    const inside = ({ dataFolder }: ChildRecord): boolean => `${dataFolder}${sep}`.startsWith(this.#stateFolder + sep);
    return this.#names()
      .flatMap((name) => this.read(name) ?? [])
      .filter(inside);
  }

  #names(): string[] {
    if (!existsSync(this.#folder)) return [];
    const files = readdirSync(this.#folder).filter((file) => file.endsWith('.json'));
    return files.map((file) => file.slice(0, -'.json'.length));
  }

  #path(name: string, suffix = ''): string {
    return join(this.#folder, `${name}.json${suffix}`);
  }
}
