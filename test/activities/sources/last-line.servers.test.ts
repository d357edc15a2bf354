import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import { createRunsIndex } from '../../../activities/elasticsearch/create-index';
import type { FileFacts } from '../../../activities/sources/file/file-identity';
import { activitiesWith } from '../../support/activities';
import { stackAddresses } from '../../support/stack';
import { activityEnvironment } from './activity-environment';
import { HEADER, LETTERS, publishFile, RAW } from './published-file';
import { sourcePlan } from './source-plan';

const FIELDS = { deviceId: 'station', timestamp: 'at', temperature: { column: 'temp', unit: '°F' }, text: 'note' };
const WHOLE = `${HEADER}S1,t,1,2,"a\nb"\n`;
const OPEN = /^The last line of .* has no line end and is read as a row\./;

let folder: string;
let path: string;
let elasticsearch: Client;
let name: string;
beforeAll(() => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'last-line-'));
  path = join(folder, 'data');
  name = `last-line-${randomUUID().slice(0, 8)}`;
});
afterEach(async () => {
  await rm(folder, { recursive: true });
  const index = aliasesOf(name).runs;
  await elasticsearch.indices.delete({ index, ignore_unavailable: true });
  await elasticsearch.indices.deleteIndexTemplate({ name: index }, { ignore: [404] });
});
afterAll(() => elasticsearch.close());

async function factsIn(run: string, encoding?: string): Promise<FileFacts> {
  const source = { kind: 'file', path, format: 'csv', fields: FIELDS, ...(encoding === undefined ? {} : { encoding }) };
  const plan = sourcePlan({ source }, { name, run });
  return await activityEnvironment().run(activitiesWith({ elasticsearch }).inspectFile, { plan });
}

/** Stores what the report of a run says about its file. */
async function reported(run: string, { bytes, sha256 }: FileFacts): Promise<void> {
  const document = { name, run, startedAt: '2026-01-01T00:00:00Z', plan: { kind: 'file', path, bytes, sha256 } };
  const index = aliasesOf(name).runs;
  await createRunsIndex(elasticsearch, index);
  await elasticsearch.index({ index, id: run, document, refresh: true });
}

/** The row ids of a file as it is. */
async function rowIds(): Promise<string[]> {
  const { kafka } = await publishFile(path, null, {});
  return [...kafka.ids(RAW), ...kafka.ids(LETTERS)];
}

describe('a last line without a line end', () => {
  it.each([
    ['UTF-8', undefined, (text: string) => Buffer.from(text)],
    ['UTF-16', 'utf-16', (text: string) => Buffer.from(text, 'utf16le')],
  ])('is read, and named by the next run if it went on: %s', async (_, encoding, write) => {
    await writeFile(path, write(`${WHOLE}S2,t,1,2,par`));
    const first = await factsIn('first', encoding);
    expect(first.notes).toEqual([expect.stringMatching(OPEN)]);
    const ids = encoding === undefined ? await rowIds() : [];
    await reported('first', first);
    await appendFile(path, write('t\nS3,t,1,2,x\n'));
    const [note = '', ...others] = (await factsIn('second', encoding)).notes;
    expect(others).toEqual([]);
    expect(note).toContain(`Run first has read only a part of row 3 of ${path}`);
    if (encoding === undefined) expect(note).toContain(`under the row id ${ids.at(-1) ?? ''};`);
  });

  it.each([
    ['only its end is appended', `${WHOLE}S2,t,1,2,x`, '\r\n'],
    ['it had an end', WHOLE, 'S2,t,1,2,x\n'],
  ])('is not named if %s', async (_, before, appended) => {
    await writeFile(path, before);
    await reported('first', await factsIn('first'));
    await appendFile(path, appended);
    expect((await factsIn('second')).notes).toEqual([]);
  });

  it('is not named in another file under the same path', async () => {
    await writeFile(path, `${WHOLE}S2,t,1`);
    await reported('first', await factsIn('first'));
    await writeFile(path, `${WHOLE}S9,t,1,2,other\n`);
    expect((await factsIn('second')).notes).toEqual([]);
  });
});
