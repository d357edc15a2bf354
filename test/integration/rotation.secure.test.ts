import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import type { RunReport } from '../../activities/contracts/report';
import { type CertificateFiles, certificateFiles } from '../../deploy/local/security/certificates';
import { writeSecret } from '../../deploy/local/security/secret-file';
import { grantRights } from '../../activities/kafka';
import { loadConfig } from '../../workers/config';
import { kafkaServersOf } from '../../workers/connections';
import { workerKafkaRights } from '../../workers/rights/pipeline-rights';
import type { PipelineProgress } from '../../workflows/control/progress';
import { GREENHOUSE_FILE, GREENHOUSE_SOURCE, greenhouseRows } from '../support/greenhouse';
import { authorityAt, issueFiles } from '../support/issued-files';
import { PipelineDriver } from '../support/pipeline-driver';
import { setRealmEntries } from '../support/realm-files';
import { ScramPasswords } from '../support/scram-passwords';
import { SECURE_PIPELINES, type SecureStack, secureStack } from '../support/secure-stack';
import { until } from '../support/until';
import type { WorkerProcess } from '../support/worker-process';

const [NAME, FILE_NAME] = SECURE_PIPELINES;
/** A worker of this suite alone, so that its passwords can be changed while other suites use theirs. */
const USER = 'rotated';
const INPUT = {
  source: { kind: 'simulate', records: null, ratePerSecond: 100, seed: 19, malformedRatio: 0.02, repeatRatio: 0.03 },
  partitions: 2,
  spark: { triggerInterval: '2 seconds' },
};
const FILE_INPUT = { source: { ...GREENHOUSE_SOURCE, path: GREENHOUSE_FILE }, partitions: 2, window: '1 hour' };

const [kafkaPassword, newKafkaPassword, password, newPassword, codecKey, newCodecKey] = Array.from({ length: 6 }, () =>
  randomBytes(32).toString('base64'),
) as [string, string, string, string, string, string];

let folder: string;
let stack: SecureStack;
let kafkaPasswords: ScramPasswords;
let driver: PipelineDriver;
let certificate: CertificateFiles;
let run: WorkflowHandle;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rotation-'));
  certificate = certificateFiles(folder, 'worker');
  stack = await secureStack();
  kafkaPasswords = new ScramPasswords(stack, folder);
  renewCertificate();
  write('codec-keys', `november ${codecKey}\n`);
  const passwords = {
    KAFKA_USERNAME: USER,
    KAFKA_PASSWORD_FILE: write('kafka.password', kafkaPassword),
    ELASTICSEARCH_USERNAME: USER,
    ELASTICSEARCH_PASSWORD_FILE: write('elasticsearch.password', password),
  };
  const codec = { TEMPORAL_CODEC_KEYS_FILE: join(folder, 'codec-keys') };
  const worker = {
    ...stack.workerEnvironment,
    ...codec,
    ...passwords,
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificate.certificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: certificate.key,
  };
  const admin = kafkaServersOf(loadConfig(stack.clients.admin));
  const rights = SECURE_PIPELINES.flatMap((name) => workerKafkaRights({ name }));
  await Promise.all([kafkaPasswords.set(USER, kafkaPassword), grantRights(admin, USER, rights), setPassword(password)]);
  driver = await PipelineDriver.open(worker, { ...stack.clients.admin, ...codec });
}, 600_000);

afterAll(async () => {
  await driver.close();
  await kafkaPasswords.close();
  await setRealmEntries(stack, USER, { users: [] });
  await rm(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeSecret(path, text);
  return path;
}

/** Issues another certificate of the same authority, into the same files. */
function renewCertificate(): void {
  issueFiles(folder, 'worker', { authority: authorityAt(stack.authority) });
}

/** In Elasticsearch. */
async function setPassword(to: string): Promise<void> {
  await setRealmEntries(stack, USER, { users: [{ name: USER, password: to, roles: ['worker', 'retention'] }] });
}

/** The query fails while no worker answers. */
async function progress(): Promise<PipelineProgress | null> {
  return await run.query<PipelineProgress>('progress').catch(() => null);
}

async function untilShown(reason: RegExp): Promise<void> {
  await until(`the pipeline shows ${String(reason)}`, async () => {
    const { attention = [] } = (await progress()) ?? {};
    return attention.some((shown) => reason.test(shown.reason));
  });
}

async function untilIndexedMore(): Promise<void> {
  const indexed = async (): Promise<number> => (await progress())?.indexed ?? 0;
  const before = await indexed();
  await until('more readings are indexed', async () => (await indexed()) > before);
}

async function untilPrinted({ lines }: WorkerProcess, text: string): Promise<void> {
  await until(`the worker prints ${text}`, () => lines.some((line) => line.includes(text)));
}

/** The id of the key with which the result of the run is encrypted. */
async function keyOfResult(): Promise<string> {
  const { events } = await run.fetchHistory();
  const [payload] = events?.at(-1)?.workflowExecutionCompletedEventAttributes?.result?.payloads ?? [];
  return Buffer.from(payload?.metadata?.['encryption-key-id'] ?? []).toString();
}

/** Nothing is missing, and nothing is there twice. */
async function expectComplete({ reconciled, proof, aliases, run: runId }: RunReport): Promise<void> {
  expect({ reconciled, proof }).toMatchObject({
    reconciled: true,
    proof: { conflicts: 0, foreign: 0, discrepancies: {}, published: proof.planned, windowedReadings: proof.indexed },
  });
  expect(await driver.count(aliases.readings, runId)).toBe(proof.indexed);
  expect(await driver.count(aliases.deadLetters, runId)).toBe(proof.deadLetters);
}

describe('a pipeline on protected servers', () => {
  it('loses and repeats nothing while its certificate, codec key and passwords change and its worker is killed', async () => {
    const first = await driver.startWorker();
    run = await driver.start(NAME, INPUT);
    await until('readings are indexed', async () => ((await progress())?.indexed ?? 0) > 0);

    renewCertificate();
    write('codec-keys', `december ${newCodecKey}\nnovember ${codecKey}\n`);
    await untilPrinted(first, 'connected to Temporal with the new certificates or keys');
    await untilIndexedMore();

    await Promise.all([kafkaPasswords.set(USER, newKafkaPassword), setPassword(newPassword)]);
    await first.kill('SIGKILL');
    const second = await driver.startWorker();
    await untilShown(/^AccessRefused: .*correct KAFKA_USERNAME and KAFKA_PASSWORD/);
    write('kafka.password', newKafkaPassword);
    await untilShown(/^AccessRefused: .*401 .*Correct ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD/);
    write('elasticsearch.password', newPassword);
    await untilIndexedMore();
    await until('nothing needs an operator', async () => (await progress())?.state === 'RUNNING');

    const { rows, dead, absent } = greenhouseRows();
    const ofFile = await driver.run(FILE_NAME, FILE_INPUT);
    expect(ofFile.proof).toMatchObject({ planned: rows, indexed: rows - dead - absent, deadLetters: dead });
    await expectComplete(ofFile);

    await run.executeUpdate('stop');
    const report = (await run.result()) as RunReport;
    await expectComplete(report);
    expect(report.sparkStarts).toBeGreaterThanOrEqual(2);
    expect(await keyOfResult()).toBe('december');
    const printed = [...first.lines, ...second.lines].join('\n');
    for (const secret of [kafkaPassword, newKafkaPassword, password, newPassword, codecKey, newCodecKey])
      expect(printed).not.toContain(secret);
  }, 900_000);
});
