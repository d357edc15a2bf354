import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { md, pki } from 'node-forge';

const DAY_MS = 86_400_000;
const DNS = 2;
const IP = 7;

/** Writes a new certificate of `name` and 127.0.0.1, with its key, and returns the paths. */
export async function writeSelfSigned(
  folder: string,
  name: string,
): Promise<{ readonly certificateFile: string; readonly keyFile: string }> {
  const { publicKey, privateKey } = pki.rsa.generateKeyPair(2_048);
  const certificate = pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS);
  const subject = [{ name: 'commonName', value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  const altNames = [
    { type: DNS, value: name },
    { type: IP, ip: '127.0.0.1' },
  ];
  certificate.setExtensions([{ name: 'subjectAltName', altNames }]);
  certificate.sign(privateKey, md.sha256.create());
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  await writeFile(certificateFile, pki.certificateToPem(certificate));
  await writeFile(keyFile, pki.privateKeyToPem(privateKey), { mode: 0o600 });
  return { certificateFile, keyFile };
}
