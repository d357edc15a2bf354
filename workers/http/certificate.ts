import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config';
import { ReloadedFile } from '../reloaded-file';

interface NamedFile {
  readonly setting: string;
  readonly path: string;
}

/** A certificate with its key, in PEM; both files are read again when they change. */
export class Certificate {
  readonly #certificate: ReloadedFile<string>;
  readonly #key: ReloadedFile<string>;

  /** @throws {@link ConfigError} when a file cannot be read or the key is that of another certificate */
  constructor(
    private readonly certificateFile: NamedFile,
    private readonly keyFile: NamedFile,
  ) {
    const parse = (text: string): string => text;
    this.#certificate = new ReloadedFile({ ...certificateFile, secret: false, parse });
    this.#key = new ReloadedFile({ ...keyFile, secret: true, parse });
    this.#check();
  }

  /** @throws {@link ConfigError} while only one of the files has been replaced */
  get pem(): { readonly cert: string; readonly key: string } {
    return this.#check();
  }

  /** Whether it is valid for a host name or an IP address. */
  isFor(name: string): boolean {
    const certificate = new X509Certificate(this.#certificate.value);
    return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
  }

  #check(): { readonly cert: string; readonly key: string } {
    const pem = { cert: this.#certificate.value, key: this.#key.value };
    try {
      createSecureContext(pem);
    } catch (cause) {
      const [certificate, key] = [this.certificateFile, this.keyFile];
      const message = `${certificate.setting}, ${key.setting}: expected a certificate and its key in PEM, got ${certificate.path} and ${key.path}: ${(cause as Error).message}`;
      throw new ConfigError(message, { cause });
    }
    return pem;
  }
}
