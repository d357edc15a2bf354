import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certified, createAuthority, isFresh, issueCertificate } from './certificate-authority';
import { writeSecret } from './secret-file';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
/** Renewed by each start that finds less than a third of it left. */
const DAYS = 365;

/** Paths of a certificate and its key, both PEM. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Returns where the authority or a server or client has its files. */
export function certificateFiles(folder: string, name: string): CertificateFiles {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

/** Returns the path of the certificate that every client trusts. */
export function authorityFile(folder: string): string {
  return certificateFiles(folder, 'ca').certificate;
}

/**
 * Creates the authority if there is none, and each certificate that is missing, is of another authority, or has less than
 * a third of its time left. Idempotent.
 *
 * @param servers - each is reached by its name, and on this machine
 */
export function prepareCertificates(folder: string, servers: readonly string[], clients: readonly string[]): void {
  const authority = read(folder, 'ca') ?? write(folder, 'ca', createAuthority('Streaming pipeline'));
  const prepare = (commonName: string, hosts: readonly string[]): void => {
    const existing = read(folder, commonName);
    if (existing !== undefined && isFresh(existing.certificate, authority.certificate)) return;
    write(folder, commonName, issueCertificate(authority, { commonName, hosts, days: DAYS }));
  };
  for (const server of servers) prepare(server, [server, ...LOOPBACK]);
  for (const client of clients) prepare(client, []);
}

function read(folder: string, name: string): Certified | undefined {
  const { certificate, key } = certificateFiles(folder, name);
  if (!existsSync(certificate) || !existsSync(key)) return undefined;
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

function write(folder: string, name: string, certified: Certified): Certified {
  const files = certificateFiles(folder, name);
  // The key first: a key without its certificate counts as missing.
  writeSecret(files.key, certified.key);
  writeSecret(files.certificate, certified.certificate);
  return certified;
}
