import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { md, pki } from 'node-forge';

const KEY_BITS = 2048;
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Other machines' clocks may be behind. */
const CLOCK_SKEW_MS = 300_000;
/** Types of alternative names in a certificate. */
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** A certificate and its private key (PKCS #8), both PEM. The key is a secret. */
export interface Certified {
  readonly certificate: string;
  readonly key: string;
}

/** Whom a certificate is for. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Names and addresses by which clients connect; empty for a client. */
  readonly hosts: readonly string[];
  readonly days: number;
  /** Default: now. */
  readonly startsAt?: Date;
}

/** Creates an authority whose certificate is signed by itself, for ten years. */
export function createAuthority(commonName: string): Certified {
  return sign({ commonName, hosts: [], days: AUTHORITY_DAYS }, undefined);
}

/** Issues a certificate, for a server as well as for a client. */
export function issueCertificate(authority: Certified, request: CertificateRequest): Certified {
  return sign(request, authority);
}

/** Whether an authority has issued a certificate of which more than a third of its time is left. */
export function isFresh(certificate: string, authority: string): boolean {
  const parsed = new X509Certificate(certificate);
  if (!parsed.verify(new X509Certificate(authority).publicKey)) return false;
  const [startMs, endMs] = [Date.parse(parsed.validFrom), Date.parse(parsed.validTo)];
  return endMs - Date.now() > (endMs - startMs) / 3;
}

/** @param authority - if undefined, the certificate is that of an authority */
function sign({ commonName, hosts, days, startsAt }: CertificateRequest, authority: Certified | undefined): Certified {
  const { publicKey, privateKey: key } = generateKeyPairSync('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const subject = [{ name: 'commonName', value: commonName }];
  const startMs = (startsAt?.getTime() ?? Date.now()) - CLOCK_SKEW_MS;
  const certificate = pki.createCertificate();
  certificate.publicKey = pki.publicKeyFromPem(publicKey);
  // A serial number is positive, so its first bit must be zero.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(startMs);
  certificate.validity.notAfter = new Date(startMs + days * DAY_MS);
  certificate.setSubject(subject);
  const issuer = authority === undefined ? undefined : pki.certificateFromPem(authority.certificate);
  certificate.setIssuer(issuer === undefined ? subject : issuer.subject.attributes);
  const altNames = hosts.map((host) =>
    isIP(host) === 0 ? { type: DNS_NAME, value: host } : { type: IP_ADDRESS, ip: host },
  );
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: authority === undefined },
    ...(authority === undefined
      ? [{ name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true }]
      : [
          { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }]),
        ]),
    { name: 'subjectKeyIdentifier' },
    ...(issuer === undefined
      ? []
      : [{ name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() }]),
  ]);
  certificate.sign(pki.privateKeyFromPem(authority?.key ?? key), md.sha256.create());
  return { certificate: toLines(pki.certificateToPem(certificate)), key };
}

function toLines(pem: string): string {
  return pem.replaceAll('\r\n', '\n');
}
