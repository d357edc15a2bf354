import { createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { aliasesOf, derivedTopics, ownRawTopic } from '../../activities/contracts/pipeline-names';
import type { RunReport } from '../../activities/contracts/report';
import type { PipelineDriver } from '../support/pipeline-driver';
import { workerEnvironment } from '../support/stack';

/** Of the example, what stands in it alone. */
const NAME = 'wearers';
const WEARER = 'anna.lindqvist@example.org';
const MARKERS = ['anna.lindqvist', 'bo.ekstroem', 'painkiller', 'feels dizzy', 'slept badly', 'Northgate', 'Southgate'];
/** Folders of the stack in which a run leaves something, beside the indices, which are searched. */
const FOLDERS = ['temporal', 'kafka', 'spark', 'logs', 'scratch'];

const KEY = randomBytes(32).toString('hex');

/** Writes the key for the worker into the folder of the test run, which is deleted after it. */
export function writeProtectKey(): string {
  const file = join(stateFolder(), 'protect.key');
  writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
  return file;
}

function stateFolder(): string {
  return workerEnvironment()['PIPELINE_STATE_DIR'] ?? '';
}

/** The outcome of the example that protects values, and that none of them is anywhere but in the raw topic. */
export async function expectProtected(driver: PipelineDriver, workerLines: readonly string[]): Promise<void> {
  const hashOf = (text: string): string => createHmac('sha256', KEY).update(text).digest('hex').slice(0, 32);
  const handle = driver.temporal.workflow.getHandle(`pipeline/${NAME}`);
  const { proof, notes } = (await handle.result()) as RunReport;
  expect(proof).toMatchObject({ reconciled: true, planned: 6, published: 5, indexed: 4, deadLetters: 2, windows: 2 });
  expect(proof.deadLettersByReason).toEqual({ 'parse:BadTimestamp': 1, 'source:RowShape': 1 });
  expect(notes).toEqual([
    'Protected values are still in wearers.raw, as they were published: Kafka deletes its records after 168 hours.',
  ]);

  const documents = await documentsOf(driver);
  expect(documents).toContain(`"deviceId":"${hashOf(WEARER)}"`);
  expect(documents).toContain('"clinic":"***4711"');
  expect(markersIn(Buffer.from(documents))).toEqual([]);
  for (const topic of Object.values(derivedTopics(NAME))) {
    expect([topic, markersIn(Buffer.from(await contentOf(driver, topic)))]).toEqual([topic, []]);
  }
  expect(markersIn(Buffer.from(await contentOf(driver, ownRawTopic(NAME))))).toEqual(MARKERS);
  expect(markersIn(Buffer.from(workerLines.join('\n')))).toEqual([]);

  const files = filesOf(stateFolder());
  const found = files.flatMap(({ path, bytes }) => markersIn(bytes).map((marker) => `${path}: ${marker}`));
  expect(found).toEqual([]);
  // What would be found of these values, if they were there as they are.
  const where = (text: string): Set<string> =>
    new Set(files.filter(({ bytes }) => bytes.includes(text)).map(({ path }) => path.split(sep)[0] ?? ''));
  expect(where(hashOf(WEARER))).toEqual(new Set(['kafka', 'spark']));
  expect(where('wearers.csv').has('temporal')).toBe(true);
  expect(files.filter(({ bytes }) => bytes.includes(KEY)).map(({ path }) => path)).toEqual([]);
}

/** The markers in some bytes, as they are or in base64. */
function markersIn(bytes: Buffer): string[] {
  return MARKERS.filter((marker) => [marker, ...inBase64(marker)].some((text) => bytes.includes(text)));
}

/** What is the same wherever the marker stands in encoded bytes, without the characters that its neighbours change. */
function inBase64(marker: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(marker)]).toString('base64');
    return encoded.replaceAll('=', '').slice(before === 0 ? 0 : before + 1, -1);
  });
}

async function documentsOf(driver: PipelineDriver): Promise<string> {
  const index = Object.values(aliasesOf(NAME));
  await driver.elasticsearch.indices.refresh({ index });
  const { hits } = await driver.elasticsearch.search({ index, size: 1_000 });
  expect(hits.hits.length).toBeGreaterThanOrEqual(4 + 2 + 2 + 1);
  return JSON.stringify(hits.hits);
}

/** Keys, values and headers. */
async function contentOf(driver: PipelineDriver, topic: string): Promise<string> {
  const { start, end } = await driver.kafka.offsets(topic);
  const read: string[] = [];
  for (const [partition, to] of Object.entries(end)) {
    const range = { topic, partition: Number(partition), from: start[partition] ?? '0', to };
    await driver.kafka.readRange(range, (records) => {
      for (const { key, value, headers } of records) {
        read.push(...[key, value, ...Object.values(headers)].map((bytes) => bytes?.toString('utf8') ?? ''));
      }
    });
  }
  expect(read.length).toBeGreaterThan(0);
  return read.join('\n');
}

/** All files of the stack in which this run may have left something, without those of its raw topic. */
function filesOf(state: string): readonly { readonly path: string; readonly bytes: Buffer }[] {
  const present = FOLDERS.filter((folder) => readdirSync(state).includes(folder));
  const names = present.flatMap((folder) =>
    readdirSync(join(state, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return names.flatMap((path) => {
    const isOfOthers = path.startsWith(`kafka${sep}`) && !path.includes(`${sep}${NAME}.`);
    if (isOfOthers || path.includes(`${ownRawTopic(NAME)}-`)) return [];
    try {
      const file = join(state, path);
      return statSync(file).isFile() ? [{ path: relative('.', path), bytes: readFileSync(file) }] : [];
    } catch {
      return []; // Others write, and delete, in the same folders.
    }
  });
}
