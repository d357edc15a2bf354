import { readFileSync, statSync } from 'node:fs';
import { ConfigError } from './config';

/** How long a change may go unnoticed. */
const CHECK_INTERVAL_MS = 1_000;
/** Others may not read a secret, and only the owner may change it. */
const FORBIDDEN_MODE = 0o027;

/** A file with this content; `parse` throws an Error that says what is expected and what came, without the content. */
export interface FileOptions<T> {
  /** The variable that names the file. */
  readonly setting: string;
  readonly path: string;
  /** Whether its mode is checked. */
  readonly secret: boolean;
  readonly parse: (text: string) => T;
}

interface Content<T> {
  readonly version: string;
  readonly value: T;
}

/** A file of the settings that is read again when it changes. What was read last stays in use while it cannot be read. */
export class ReloadedFile<T> {
  #content: Content<T>;
  #checkedAtMs = performance.now();
  /** The last problem that was printed. */
  #problem: string | undefined;

  /** @throws {@link ConfigError} when the file cannot be read */
  constructor(private readonly options: FileOptions<T>) {
    this.#content = read(options);
  }

  /** The content, at most a second old. */
  get value(): T {
    return performance.now() - this.#checkedAtMs < CHECK_INTERVAL_MS ? this.#content.value : this.newest();
  }

  /** The content now. */
  newest(): T {
    this.#checkedAtMs = performance.now();
    try {
      if (versionOf(this.options) !== this.#content.version) this.#content = read(this.options);
      this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.message !== this.#problem) console.error(`${error.message}; what it had before stays in use`);
      this.#problem = error.message;
    }
    return this.#content.value;
  }
}

function read<T>(options: FileOptions<T>): Content<T> {
  const { setting, path, parse } = options;
  const version = versionOf(options);
  try {
    return { version, value: parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    throw problem(setting, path, error);
  }
}

/** Changes when the file is written or replaced, also if a link to it is. */
function versionOf({ setting, path, secret }: FileOptions<unknown>): string {
  try {
    const { ino, size, mtimeMs, ctimeMs, mode } = statSync(path);
    if (secret && (mode & FORBIDDEN_MODE) !== 0) {
      const octal = (mode & 0o777).toString(8);
      throw new Error(`expected a file that others can neither read nor change (chmod 600), got mode ${octal}`);
    }
    return [ino, size, mtimeMs, ctimeMs].join();
  } catch (error) {
    throw problem(setting, path, error);
  }
}

function problem(setting: string, path: string, error: unknown): ConfigError {
  const { code } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? (error as Error).message : `expected a file that can be read, got ${code}`;
  return new ConfigError(`${setting}: ${path}: ${reason}`, { cause: error });
}
