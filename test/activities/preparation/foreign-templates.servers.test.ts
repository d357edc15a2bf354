import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { PipelineAliases } from '../../../activities/contracts/plan';
import { createRunsIndex } from '../../../activities/elasticsearch/create-index';
import { resolveName } from '../../../activities/elasticsearch/resolve-name';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { stackAddresses } from '../../support/stack';

const MONTHS = { by: 'month', from: '2026-01', to: '2026-12' } as const;

let elasticsearch: Client;
let aliases: PipelineAliases;
let foreign: string;
beforeAll(() => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
});
beforeEach(() => {
  aliases = aliasesOf(`foreign-${randomUUID()}`);
  foreign = `other-${randomUUID()}`;
});
afterEach(async () => {
  await elasticsearch.indices.deleteIndexTemplate({ name: foreign }, { ignore: [404] });
});
afterAll(async () => {
  await elasticsearch.close();
});

const prepare = (index: typeof MONTHS | null = null): Promise<unknown> =>
  prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, index });

async function putForeign(pattern: string, priority = 501): Promise<void> {
  const template = { mappings: { properties: { deviceId: { type: 'text' } } } } as const;
  await elasticsearch.indices.putIndexTemplate({ name: foreign, index_patterns: pattern, priority, template });
}

/** The failure that names the template and the first index that it matches. */
function refusal(index: string): object {
  const named = new RegExp(`${foreign} \\(priority 501, .*\\) matches the index ${index}`);
  return { type: 'IndexMisconfigured', message: expect.stringMatching(named) as string };
}

describe('index templates of others', () => {
  it('are refused before an index is created, if they match one and have a higher priority', async () => {
    await putForeign(`${aliases.windows}*`);
    await expect(prepare()).rejects.toMatchObject(refusal(`${aliases.windows}-[0-9a-f]{8}`));
    for (const alias of Object.values(aliases)) {
      expect(await resolveName(elasticsearch, alias)).toEqual({ kind: 'nothing' });
    }
    await elasticsearch.indices.deleteIndexTemplate({ name: foreign });
    await expect(prepare()).resolves.toEqual({ notes: [] });
  });

  it('are refused if they match the index of runs or any month, also the one before the first', async () => {
    await putForeign(aliases.runs);
    await expect(prepare()).rejects.toMatchObject(refusal(aliases.runs));
    await putForeign(`${aliases.readings}-*-07`);
    await expect(prepare(MONTHS)).rejects.toMatchObject(refusal(`${aliases.readings}-2026-07`));
    await putForeign(`${aliases.windows}-2025-12`);
    await expect(prepare(MONTHS)).rejects.toMatchObject(refusal(`${aliases.windows}-2025-12`));
  });

  it('are accepted with a lower priority, and for other names', async () => {
    await putForeign(`${aliases.readings}*`, 499);
    await prepare();
    await putForeign(`${aliases.readings}-2027-*`);
    await prepare(MONTHS);
  });

  it('are noticed by the mapping of an index that already exists, and no alias points to that index', async () => {
    await prepare();
    const [index = ''] = Object.keys(await elasticsearch.indices.getAlias({ index: aliases.readings }));
    await elasticsearch.indices.delete({ index });
    await elasticsearch.indices.create({ index, mappings: { properties: { deviceId: { type: 'text' } } } });
    await expect(prepare()).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      message: expect.stringContaining(`Index ${index} does not have the mapping of its template`) as string,
    });
    await expect(prepare()).rejects.toThrow('expected deviceId of type keyword, got text');
    expect(await resolveName(elasticsearch, aliases.readings)).toEqual({ kind: 'nothing' });
  });

  it('are noticed by the mapping of a month', async () => {
    await prepare(MONTHS);
    const month = `${aliases.readings}-2026-05`;
    await elasticsearch.indices.create({ index: month, mappings: { properties: { text: { type: 'keyword' } } } });
    await expect(prepare(MONTHS)).rejects.toThrow(`Index ${month} does not have the mapping of its template`);
  });

  it('are noticed by the mapping of the runs', async () => {
    const template = { mappings: { properties: { name: { type: 'text' } } } } as const;
    const patterns = { index_patterns: aliases.runs, priority: 501 };
    await elasticsearch.indices.putIndexTemplate({ name: foreign, ...patterns, template });
    await expect(createRunsIndex(elasticsearch, aliases.runs)).rejects.toMatchObject({ statusCode: 400 });
  });
});
