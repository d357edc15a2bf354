import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../../../activities/elasticsearch/elasticsearch-failure';
import { monthIndices, resolveName } from '../../../activities/elasticsearch/resolve-name';
import { CLOSED, DATA_STREAM, METADATA_BLOCKED } from '../../support/foreign-resources';
import { stackAddresses } from '../../support/stack';

let elasticsearch: Client;
beforeAll(() => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
});
afterAll(async () => {
  await elasticsearch.close();
});

const block = (index: string, isOn: boolean): Promise<unknown> =>
  elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.metadata': isOn } });

async function newAlias(...suffixes: readonly string[]): Promise<string> {
  const alias = `names-${randomUUID()}`;
  for (const suffix of suffixes) {
    await elasticsearch.indices.create({ index: `${alias}-${suffix}`, aliases: { [alias]: {} } });
  }
  return alias;
}

describe('a metadata block on a foreign index', () => {
  it('makes Elasticsearch reject requests for an alias that name no index, and no others', async () => {
    const alias = await newAlias('1');
    const refused = { statusCode: 403, message: expect.stringContaining(METADATA_BLOCKED) as string };
    const { indices } = elasticsearch;
    await expect(indices.getAlias({ name: alias })).rejects.toMatchObject(refused);
    await expect(indices.existsAlias({ name: alias })).rejects.toMatchObject({ statusCode: 403 });
    await expect(indices.getMapping({ index: 'neighbour-*' })).rejects.toMatchObject(refused);
    await expect(indices.stats({ index: 'neighbour-*' })).rejects.toMatchObject(refused);

    expect(Object.keys(await indices.getAlias({ index: alias }))).toEqual([`${alias}-1`]);
    expect(await resolveName(elasticsearch, alias)).toEqual({ kind: 'alias', indices: [`${alias}-1`] });
  });

  it('hides the reason of a rejected HEAD request, whose response has no body', async () => {
    const failure = async (request: Promise<unknown>): Promise<string> => {
      return elasticsearchFailure(await request.catch((error: unknown) => error), 'Asking').message;
    };
    expect(await failure(elasticsearch.indices.exists({ index: METADATA_BLOCKED }))).toBe(
      'Asking: Elasticsearch answered 403 (no reason given). ' +
        'Grant the user of this worker the privilege for this, or remove the block of the index.',
    );
    expect(await failure(elasticsearch.indices.get({ index: METADATA_BLOCKED }))).toBe(
      'Asking: Elasticsearch answered 403 (cluster_block_exception: ' +
        `index [${METADATA_BLOCKED}] blocked by: [FORBIDDEN/9/index metadata (api)];).`,
    );
  });
});

describe('resolveName', () => {
  it('distinguishes an alias, an index, a data stream and nothing, even if closed or blocked', async () => {
    const alias = await newAlias('1', '2', '3');
    await elasticsearch.indices.close({ index: `${alias}-2` });
    await block(`${alias}-3`, true);
    expect(await resolveName(elasticsearch, alias)).toEqual({
      kind: 'alias',
      indices: [`${alias}-1`, `${alias}-2`, `${alias}-3`],
    });
    await block(`${alias}-3`, false);
    expect(await resolveName(elasticsearch, METADATA_BLOCKED)).toEqual({ kind: 'index' });
    expect(await resolveName(elasticsearch, CLOSED)).toEqual({ kind: 'index' });
    expect(await resolveName(elasticsearch, DATA_STREAM)).toEqual({ kind: 'data stream' });
    expect(await resolveName(elasticsearch, randomUUID())).toEqual({ kind: 'nothing' });
  });
});

describe('monthIndices', () => {
  it('finds the monthly indices of an alias, also closed and blocked ones, and no others with that prefix', async () => {
    const alias = await newAlias('2026-01', '2026-02', '2026-03', '2026-13', 'extra', 'extra-2026-01');
    await elasticsearch.indices.close({ index: `${alias}-2026-01` });
    await block(`${alias}-2026-02`, true);
    await block(`${alias}-extra`, true);
    expect(await monthIndices(elasticsearch, alias)).toEqual(
      ['01', '02', '03'].map((month) => `${alias}-2026-${month}`),
    );
    expect(await monthIndices(elasticsearch, randomUUID())).toEqual([]);
    for (const index of [`${alias}-2026-02`, `${alias}-extra`]) await block(index, false);
  });
});
