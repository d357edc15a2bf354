import { join } from 'node:path';
import { createAuthority } from '../../deploy/local/security/certificate-authority';
import type { CertificateFiles } from '../../deploy/local/security/certificates';
import { writeSecret } from '../../deploy/local/security/secret-file';
import type { StackSecurity } from '../../deploy/local/security/stack-security';
import { authorityAt, issueFiles, THIS_MACHINE } from './issued-files';

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
  const other = createAuthority('Another authority');
  const otherAuthority = join(folder, 'other-ca.crt');
  writeSecret(otherAuthority, other.certificate);
  const startsAt = new Date(Date.now() - 3 * 86_400_000);
  const wrongPasswordFile = join(folder, 'wrong.password');
  writeSecret(wrongPasswordFile, 'wrong');
  return {
    otherAuthority,
    foreign: issueFiles(folder, 'foreign', { authority: other, commonName: 'worker', hosts: THIS_MACHINE }),
    expired: issueFiles(folder, 'expired', {
      authority: authorityAt(security.authority),
      ...{ commonName: 'worker', hosts: THIS_MACHINE, startsAt },
    }),
    wrongPasswordFile,
  };
}
