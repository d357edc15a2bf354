import { chownSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { WorkflowHandle } from '@temporalio/client';
import { ConfigResourceTypes, ConfigSource, type Admin } from 'kafkajs';
import type { RunReport } from '../../activities/contracts/report';
import { KafkaClients } from '../../activities/kafka/connection';
import { sparkPaths } from '../../deploy/local/install/install-parts';
import { findJava } from '../../deploy/local/install/programs';
import { createAuthority } from '../../deploy/local/security/certificate-authority';
import { writeSecret } from '../../deploy/local/security/secret-file';
import { workerVariables } from '../../deploy/local/services/worker-and-page';
import { addressesOf, loadConfig } from '../../workers/config';
import { kafkaServersOf } from '../../workers/connections';
import type { PipelineProgress } from '../../workflows/control/progress';
import { IsolatedStack } from '../support/isolated-stack';
import { issueFiles, THIS_MACHINE } from '../support/issued-files';
import { SHORT_RUN_JAVA_OPTIONS } from '../support/java-options';
import { PipelineDriver } from '../support/pipeline-driver';
import { until } from '../support/until';

const NAME = 'certified';
const INPUT = {
  source: { kind: 'simulate', records: null, ratePerSecond: 100, seed: 23, repeatRatio: 0.03 },
  partitions: 2,
  spark: { triggerInterval: '2 seconds' },
};
const OTHER = 'Another authority';
const RENEWED = 'connected to Temporal with the new certificates or keys';

const other = createAuthority(OTHER);
let stack: IsolatedStack;
let both: string;
let kafka: Admin;
let driver: PipelineDriver;
let run: WorkflowHandle;

beforeAll(async () => {
  stack = await IsolatedStack.start([NAME]);
  both = readFileSync(stack.security.authority, 'utf8') + other.certificate;
  // The suite itself trusts both from the beginning.
  const authorities = stack.writeSecret('authorities', both);
  const admin = { ...stack.adminVariables, TEMPORAL_TLS_SERVER_CA_CERT_PATH: authorities, KAFKA_CA_FILE: authorities };
  kafka = new KafkaClients(kafkaServersOf(loadConfig(admin)), { clientId: 'administrator' }).open().admin();
  const { javaHome } = await findJava(process.env);
  const spark = workerVariables(addressesOf(loadConfig(admin)), { javaHome, ...sparkPaths(loadConfig()) }, 'unused');
  const worker = { ...spark, ...stack.workerEnvironment, JDK_JAVA_OPTIONS: SHORT_RUN_JAVA_OPTIONS };
  driver = await PipelineDriver.open(worker, { ...admin, ELASTICSEARCH_CA_FILE: authorities });
}, 600_000);

afterAll(async () => {
  await kafka.disconnect();
  await driver.close();
  await stack.stop();
});

/** Writes the file that the worker and the servers have their authorities from. */
function trust(authorities: string): void {
  writeSecret(stack.security.authority, authorities);
}

/** Replaces the certificate of a server, for the same hosts, in the files that the stack starts it with. */
function certify(server: 'kafka' | 'elasticsearch' | 'temporal'): {
  readonly certificate: string;
  readonly key: string;
} {
  const { certificate } = stack.security.certificate(server);
  const folder = join(certificate, '..');
  const files = issueFiles(folder, server, { authority: other, hosts: [server, ...THIS_MACHINE, '::1'] });
  return { certificate: readFileSync(files.certificate, 'utf8'), key: readFileSync(files.key, 'utf8') };
}

function settingOf(file: 'keystore' | 'truststore'): string {
  return `listener.name.clients.ssl.${file}.location`;
}

/** The broker reads these files again when they are set, though their names are the same. */
async function reloadKafka(...names: readonly ('keystore' | 'truststore')[]): Promise<void> {
  const paths = { keystore: join(stack.serverFolder('kafka'), 'keystore.pem'), truststore: stack.security.authority };
  const configEntries = names.map((name) => ({
    name: settingOf(name),
    value: paths[name],
  }));
  const resources = [{ type: ConfigResourceTypes.BROKER, name: '1', configEntries }];
  await kafka.alterConfigs({ validateOnly: false, resources });
}

async function certifyKafka(): Promise<void> {
  await kafka.connect();
  // First it has to trust what it is going to present.
  await reloadKafka('truststore');
  await until('the broker has the setting', async () => {
    const resources = [{ type: ConfigResourceTypes.BROKER, name: '1', configNames: [settingOf('truststore')] }];
    const {
      resources: [broker],
    } = await kafka.describeConfigs({ includeSynonyms: false, resources });
    return (
      broker?.configEntries.some(({ configSource }) => configSource === ConfigSource.DYNAMIC_BROKER_CONFIG) ?? false
    );
  });
  const { certificate, key } = certify('kafka');
  writeSecret(join(stack.serverFolder('kafka'), 'keystore.pem'), key + certificate);
  await reloadKafka('truststore', 'keystore');
}

/** It looks at its files every few seconds. */
function certifyElasticsearch(): void {
  const folder = join(stack.serverFolder('elasticsearch'), 'config', 'security');
  const { certificate, key } = certify('elasticsearch');
  for (const [name, text] of Object.entries({ 'elasticsearch.key': key, 'elasticsearch.crt': certificate })) {
    const path = join(folder, name);
    const { uid, gid } = statSync(path);
    writeSecret(path, text);
    chownSync(path, uid, gid);
  }
}

async function certifyTemporal(): Promise<void> {
  certify('temporal');
  await stack.killServers('temporal-proxy');
}

/** Who has issued the certificate of each server. */
async function issuers(): Promise<readonly string[]> {
  const { temporal, kafkaBrokers, elasticsearchNode } = addressesOf(loadConfig(stack.adminVariables));
  return await Promise.all([temporal, ...kafkaBrokers, new URL(elasticsearchNode).host].map(issuerAt));
}

async function issuerAt(address: string): Promise<string> {
  const port = Number(/\d+$/.exec(address)?.[0]);
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca: both }, () => {
      resolve(String(socket.getPeerCertificate().issuer.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

/** The query fails while no worker answers, and before the workflow has begun. */
async function progress(): Promise<PipelineProgress | null> {
  return await run.query<PipelineProgress>('progress').catch(() => null);
}

async function indexed(): Promise<number> {
  return (await progress())?.indexed ?? 0;
}

async function untilIndexedMore(): Promise<void> {
  const before = await indexed();
  await until('more readings are indexed', async () => (await indexed()) > before);
}

describe('a pipeline whose servers get certificates of another authority', () => {
  it('loses and repeats nothing while they change, and is trusted under the new one alone afterwards', async () => {
    const worker = await driver.startWorker();
    const renewals = (): number => worker.lines.filter((line) => line.includes(RENEWED)).length;
    run = await driver.start(NAME, INPUT);
    await until('readings are indexed', async () => (await indexed()) > 0);

    trust(both);
    await until('the worker has connected to Temporal with both', () => renewals() === 1);
    await certifyKafka();
    certifyElasticsearch();
    await certifyTemporal();
    await until('the servers have the new certificates', async () =>
      (await issuers()).every((issuer) => issuer === OTHER),
    );
    await untilIndexedMore();

    trust(other.certificate);
    await until('the worker has connected to Temporal with the new one', () => renewals() === 2);
    await untilIndexedMore();
    await until('nothing needs an operator', async () => (await progress())?.state === 'RUNNING');
    await run.executeUpdate('stop');
    const { reconciled, proof, aliases, run: runId, sparkStarts } = (await run.result()) as RunReport;
    expect({ reconciled, proof }).toMatchObject({
      reconciled: true,
      proof: { conflicts: 0, foreign: 0, discrepancies: {}, published: proof.planned },
    });
    expect(await driver.count(aliases.readings, runId)).toBe(proof.indexed);
    expect(sparkStarts).toBeGreaterThanOrEqual(2);
  }, 900_000);
});
