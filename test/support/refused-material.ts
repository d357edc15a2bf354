import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certified, createAuthority, issueCertificate } from '../../deploy/local/security/certificate-authority';
import { type CertificateFiles, certificateFiles } from '../../deploy/local/security/certificates';
import { writeSecret } from '../../deploy/local/security/secret-file';
import type { StackSecurity } from '../../deploy/local/security/stack-security';

/** What every server of a secured stack refuses, each in a file. Certificates are for clients, and servers on this machine. */
export interface RefusedMaterial {
  /** The certificate of another authority. */
  readonly otherAuthority: string;
  /** Of the other authority. */
  readonly foreign: CertificateFiles;
  /** Of the stack's authority, ended two days ago. */
  readonly expired: CertificateFiles;
  readonly wrongPasswordFile: string;
}

export function refusedMaterial(folder: string, security: StackSecurity): RefusedMaterial {
  const write = (name: string, { certificate, key }: Certified): CertificateFiles => {
    const files = certificateFiles(folder, name);
    writeSecret(files.certificate, certificate);
    writeSecret(files.key, key);
    return files;
  };
  const own = { certificate: security.authority, key: security.authority.replace(/\.crt$/, '.key') };
  const authority = { certificate: readFileSync(own.certificate, 'utf8'), key: readFileSync(own.key, 'utf8') };
  const other = createAuthority('Another authority');
  const request = { commonName: 'worker', hosts: ['localhost', '127.0.0.1'], days: 1 };
  const startsAt = new Date(Date.now() - 3 * 86_400_000);
  const wrongPasswordFile = join(folder, 'wrong.password');
  writeSecret(wrongPasswordFile, 'wrong');
  return {
    otherAuthority: write('other-ca', other).certificate,
    foreign: write('foreign', issueCertificate(other, request)),
    expired: write('expired', issueCertificate(authority, { ...request, startsAt })),
    wrongPasswordFile,
  };
}
