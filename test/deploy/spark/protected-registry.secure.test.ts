import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawValues } from '../../../activities/reconciliation/raw-values';
import { driverConnections } from '../../../activities/spark/driver-connections';
import { UNPROTECTED } from '../../../activities/kafka';
import { writeSecret } from '../../../deploy/local/security/secret-file';
import { schemaRegistryOf } from '../../../workers/clients';
import { loadConfig } from '../../../workers/config';
import { failureOf } from '../../support/failure-of';
import { framed } from '../../support/framed';
import { RegistryProxy } from '../../support/registry-proxy';
import { SchemaRegistryServer } from '../../support/schema-registry';
import { type SecureStack, secureStack } from '../../support/secure-stack';
import { encoded } from './avro-cases';
import { judgeEach, STARTED_AT, type RawRecord } from './judged-records';
import { planOf } from './spark-run';

type Variables = Readonly<Record<string, string>>;

const USER = { name: 'worker', password: 'a "password" of 100 %' };
const READING = { eventId: 'r', deviceId: 'd', timestamp: '2026-06-01T00:00:00Z', temperature: 5 };
const SCHEMA = {
  type: 'record',
  name: 'Reading',
  fields: Object.entries(READING).map(([name, value]) => ({
    name,
    type: typeof value === 'number' ? 'int' : 'string',
  })),
};
const EVENT_ID = { kind: 'value', path: ['eventId'] } as const;
const plan = {
  ...planOf('registry', { source: { kind: 'topic', topic: 'plant.registry', format: 'avro' } }),
  startedAt: STARTED_AT,
};

let folder: string;
let stack: SecureStack;
let registry: SchemaRegistryServer | undefined;
let proxy: RegistryProxy | undefined;
let url: string;
let record: RawRecord;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'protected-registry-'));
  stack = await secureStack();
  registry = await SchemaRegistryServer.start();
  proxy = await RegistryProxy.start(new URL(registry.url), USER, stack, folder);
  ({ url } = proxy);
  const id = await registry.register('reading', JSON.stringify(SCHEMA));
  record = { key: null, value: framed(id, encoded(SCHEMA, READING)), headers: {} };
}, 600_000);

afterAll(async () => {
  await proxy?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true });
});

function registryWith(changes: Variables) {
  const variables = {
    SCHEMA_REGISTRY_URL: url,
    SCHEMA_REGISTRY_CA_FILE: stack.authority,
    SCHEMA_REGISTRY_USERNAME: USER.name,
    SCHEMA_REGISTRY_PASSWORD: USER.password,
    ...changes,
  };
  const present = Object.entries(variables).filter(([, value]) => value !== '');
  return schemaRegistryOf(loadConfig(Object.fromEntries(present)));
}

/** The reading that the job finds in the record. */
function readByJob(changes: Variables = {}): unknown {
  const connectionsFile = join(folder, 'connections.json');
  const schemaRegistry = registryWith(changes);
  writeSecret(connectionsFile, driverConnections({ kafkaSecurity: () => UNPROTECTED, schemaRegistry }));
  const batch = { plan, records: [record], schemaRegistry: url, connectionsFile };
  const [judgement] = judgeEach([batch], stack.installation);
  return judgement?.written[0]?.value;
}

/** The value of the record for a proof. */
async function readByProof(changes: Variables = {}): Promise<unknown> {
  const { signal } = new AbortController();
  const values = rawValues({ valueFormat: 'avro', eventId: EVENT_ID }, registryWith(changes), signal);
  const delivered = { partition: 0, offset: '0', timestamp: '0', key: null, headers: {} };
  const read = { ...delivered, value: Buffer.from(record.value ?? '') };
  await values.prepare([read]);
  return JSON.parse(String(values.jsonOf(read)));
}

describe('a schema registry with TLS and a password', () => {
  it('is read by the job and by the proof', async () => {
    expect(readByJob()).toMatchObject({ id: 'r', deviceId: 'd', temperature: 5 });
    expect(await readByProof()).toEqual(READING);
  });

  it.each<[string, () => Variables, RegExp, RegExp]>([
    [
      'a wrong password',
      () => ({ SCHEMA_REGISTRY_PASSWORD: 'wrong' }),
      /SchemaRegistryRefused: .* status 401/,
      /SCHEMA_REGISTRY_USERNAME/,
    ],
    [
      'no password',
      () => ({ SCHEMA_REGISTRY_USERNAME: '', SCHEMA_REGISTRY_PASSWORD: '' }),
      /SchemaRegistryRefused: .* status 401/,
      /SCHEMA_REGISTRY_USERNAME/,
    ],
    [
      'an unknown CA',
      () => ({ SCHEMA_REGISTRY_CA_FILE: stack.refused.otherAuthority }),
      /SchemaRegistryRefused: .*(PKIX|certification path|signature)/,
      /unknown CA; set SCHEMA_REGISTRY_CA_FILE/,
    ],
  ])('refuses the job and the proof by name: %s', async (_what, changes, ofJob, ofProof) => {
    expect(() => readByJob(changes())).toThrow(ofJob);
    const failure = (await failureOf(readByProof(changes()))) as Error;
    expect(failure).toMatchObject({ type: 'AccessRefused', nonRetryable: false });
    expect(failure.message).toMatch(ofProof);
  });
});
