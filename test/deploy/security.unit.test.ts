import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, isFresh, issueCertificate } from '../../deploy/local/security/certificate-authority';
import { certificateFiles } from '../../deploy/local/security/certificates';
import { existingSecurity, prepareSecurity, securedConfig } from '../../deploy/local/security/stack-security';
import { workerKafkaRights } from '../../workers/rights/pipeline-rights';

const DAY_MS = 86_400_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'security-'));
  prepareSecurity(config(), [{ name: 'a' }]);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const config = () => securedConfig({ PIPELINE_STATE_DIR: join(folder, 'state') });
const security = (): string => join(folder, 'state-secure', 'security');

describe('the certificates of a secured stack', () => {
  it('name their server and this machine, and no host for a client', () => {
    const read = (name: string) => new X509Certificate(readFileSync(certificateFiles(security(), name).certificate));
    const [kafka, worker] = [read('kafka'), read('worker')];
    expect(kafka.checkIssued(read('ca')) && worker.checkIssued(read('ca'))).toBe(true);
    expect(kafka.checkHost('kafka')).toBe('kafka');
    expect(kafka.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(worker.checkHost('localhost')).toBeUndefined();
  });

  it('are kept while more than a third of their time is left, and renewed then', () => {
    const path = certificateFiles(security(), 'kafka').certificate;
    const first = readFileSync(path, 'utf8');
    prepareSecurity(config(), []);
    expect(readFileSync(path, 'utf8')).toBe(first);

    const authority = certificateFiles(security(), 'ca');
    const ca = { certificate: readFileSync(authority.certificate, 'utf8'), key: readFileSync(authority.key, 'utf8') };
    const startsAt = new Date(Date.now() - 21 * DAY_MS);
    const ending = issueCertificate(ca, { commonName: 'kafka', hosts: [], days: 30, startsAt });
    expect(isFresh(ending.certificate, ca.certificate)).toBe(false);
    writeFileSync(path, ending.certificate);
    prepareSecurity(config(), []);
    expect(isFresh(readFileSync(path, 'utf8'), ca.certificate)).toBe(true);
    expect(isFresh(first, createAuthority('another').certificate)).toBe(false);
  });
});

describe('the security of a stack', () => {
  it('is in a folder beside the plain state, in files with mode 600', () => {
    const { certificate, passwordFile } = existingSecurity(config());
    expect(certificate('worker').key.startsWith(security())).toBe(true);
    const modes = readdirSync(security()).map((file) => statSync(join(security(), file)).mode & 0o777);
    expect(new Set(modes)).toEqual(new Set([0o600]));
    expect(statSync(security()).mode & 0o777).toBe(0o700);
    expect(readFileSync(passwordFile('worker'), 'utf8')).toMatch(/^[\w-]{32}$/);
  });

  it('is the same at the next start, with the pipelines of both', () => {
    const password = readFileSync(existingSecurity(config()).passwordFile('admin'), 'utf8');
    const next = prepareSecurity(config(), [{ name: 'a' }, { name: 'b', sourceTopic: 'plant' }]);
    expect(readFileSync(next.passwordFile('admin'), 'utf8')).toBe(password);
    expect(next.pipelines).toEqual([{ name: 'a' }, { name: 'b', sourceTopic: 'plant' }]);
    expect(existingSecurity(config()).pipelines).toEqual(next.pipelines);
  });

  it('names its files in variables that hold no secret', () => {
    const { variablesFile, passwordFile } = existingSecurity(config());
    const text = readFileSync(variablesFile, 'utf8');
    expect(text).toContain(`KAFKA_PASSWORD_FILE='${passwordFile('admin')}'`);
    expect(text).not.toContain(readFileSync(passwordFile('admin'), 'utf8'));
  });

  it('has to be made by a start', () => {
    const other = securedConfig({ PIPELINE_STATE_DIR: join(folder, 'other') });
    expect(() => existingSecurity(other)).toThrow('`npm run stack -- --secure` starts one');
  });

  it('refuses an environment that tells how to connect, by name', () => {
    expect(() => securedConfig({ KAFKA_BROKERS: 'kafka:9092', KAFKA_PASSWORD: 'x', KAFKA_PORT: '9095' })).toThrow(
      /got KAFKA_BROKERS, KAFKA_PASSWORD:/,
    );
  });
});

describe('the rights of a worker in Kafka', () => {
  const isCovered = (name: string, topic: string): boolean =>
    workerKafkaRights({ name }).some(
      (right) => right.resource === 'topic' && (right.isPrefix ? topic.startsWith(right.name) : topic === right.name),
    );

  it('cover the topics of the pipeline and of no other', () => {
    expect(isCovered('a', 'a.raw')).toBe(true);
    for (const other of ['a-b.raw', 'a-readings.raw', 'a', 'b.a.raw']) expect(isCovered('a', other)).toBe(false);
  });
});
