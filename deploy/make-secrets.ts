/**
 * Makes the certificates and passwords of the containers, for the image of the worker:
 *
 *     node --import tsx deploy/make-secrets.ts FOLDER
 *
 * Each service of the Compose file finds its own in the folder of its name, and mounts no other. Idempotent: a password stays
 * as it is, and a certificate is renewed when less than a third of its time is left.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { authorityFile, certificateFiles, prepareCertificates } from './local/security/certificates';
import { passwordIn, writeSecret } from './local/security/secret-file';

/** Servers, which are also clients under the same name. */
const SERVERS = ['postgres', 'temporal', 'temporal-ui', 'kafka', 'elasticsearch', 'kibana'] as const;
/** What only connects to servers. */
const CLIENTS = ['setup', 'worker', 'logstash'] as const;

/** The services that have a folder of secrets. */
export const SECRET_HOLDERS: readonly string[] = [...SERVERS, ...CLIENTS];

/** The files `<name>.password` of each service; the same name is the same password everywhere. */
const PASSWORDS: Readonly<Partial<Record<string, readonly string[]>>> = {
  // Required to create the database; nobody logs in with it.
  postgres: ['postgres'],
  kafka: ['kafka', 'admin', 'worker', 'logstash'],
  elasticsearch: ['elastic'],
  setup: ['admin', 'elastic', 'kibana', 'worker', 'logstash'],
  worker: ['worker'],
  logstash: ['logstash'],
};

/**
 * Writes for each service `ca.crt`, `tls.crt`, `tls.key` and its passwords, and for Kibana `secrets.yml`, all with mode 600.
 *
 * @param folder - in it, `authority` belongs to no service: it has the key of the authority
 */
export function makeSecrets(folder: string): void {
  const authority = join(folder, 'authority');
  const passwordOf = (name: string): string => passwordIn(join(authority, `${name}.password`));
  prepareCertificates(authority, SERVERS, CLIENTS);
  for (const service of SECRET_HOLDERS) {
    const { certificate, key } = certificateFiles(authority, service);
    const sources = { 'tls.key': key, 'tls.crt': certificate, 'ca.crt': authorityFile(authority) };
    for (const [name, path] of Object.entries(sources)) {
      writeSecret(join(folder, service, name), readFileSync(path, 'utf8'));
    }
    for (const name of PASSWORDS[service] ?? []) {
      writeSecret(join(folder, service, `${name}.password`), passwordOf(name));
    }
  }
  const encryptionKey = passwordOf('kibana-encryption-key');
  const secrets = {
    'elasticsearch.password': passwordOf('kibana'),
    'xpack.security.encryptionKey': encryptionKey,
    'xpack.encryptedSavedObjects.encryptionKey': encryptionKey,
  };
  // JSON is YAML too. Kibana reads passwords from no other file.
  writeSecret(join(folder, 'kibana', 'secrets.yml'), JSON.stringify(secrets));
}

if (require.main === module) makeSecrets(process.argv[2] ?? 'secrets');
