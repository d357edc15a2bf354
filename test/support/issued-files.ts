import { readFileSync } from 'node:fs';
import {
  type Certified,
  type CertificateRequest,
  issueCertificate,
} from '../../deploy/local/security/certificate-authority';
import { type CertificateFiles, certificateFiles } from '../../deploy/local/security/certificates';
import { writeSecret } from '../../deploy/local/security/secret-file';

/** Names and addresses of a server on this machine. */
export const THIS_MACHINE = ['localhost', '127.0.0.1'];

/** Reads an authority of which the key is beside the certificate. */
export function authorityAt(certificate: string): Certified {
  const key = certificate.replace(/\.crt$/, '.key');
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
}

interface FilesRequest extends Partial<CertificateRequest> {
  readonly authority: Certified;
}

/** Issues a certificate for a day into the files of a name, replacing what they hold; by default for a client of that name. */
export function issueFiles(folder: string, name: string, { authority, ...request }: FilesRequest): CertificateFiles {
  const { certificate, key } = issueCertificate(authority, { commonName: name, hosts: [], days: 1, ...request });
  const files = certificateFiles(folder, name);
  writeSecret(files.key, key);
  writeSecret(files.certificate, certificate);
  return files;
}
