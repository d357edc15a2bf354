import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS, type Measurement } from '../../../activities/contracts/measurement';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import type { PipelineAliases } from '../../../activities/contracts/plan';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { ALIAS_OF_ALL } from '../../support/foreign-resources';
import { stackAddresses } from '../../support/stack';

const PRESSURE: Measurement = { name: 'pressure', unit: 'hPa', min: 800, max: 1_100 };

let elasticsearch: Client;
beforeAll(() => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
});
afterAll(async () => {
  await elasticsearch.close();
});

function newAliases(): PipelineAliases {
  return aliasesOf(`indices-${randomUUID()}`);
}

async function behind(alias: string): Promise<string[]> {
  return Object.keys(await elasticsearch.indices.getAlias({ index: alias }));
}

/** Replaces an index by one of the same name, as an earlier version without @timestamp would have created it. */
async function recreateWithoutTimestamp(alias: string, index: string): Promise<void> {
  const { [index]: made } = await elasticsearch.indices.getMapping({ index });
  const { '@timestamp': timestamp, ...properties } = made?.mappings.properties ?? {};
  expect(timestamp).toBeDefined();
  await elasticsearch.indices.deleteIndexTemplate({ name: alias });
  await elasticsearch.indices.delete({ index });
  const behindAlias = { [alias]: { is_write_index: true } };
  await elasticsearch.indices.create({ index, aliases: behindAlias, mappings: { dynamic: 'strict', properties } });
}

async function timestampOf(index: string): Promise<unknown> {
  const { [index]: mapping } = await elasticsearch.indices.getMapping({ index });
  return mapping?.mappings.properties?.['@timestamp'];
}

describe('prepareIndices', () => {
  it('creates a strict backing index behind each alias, and nothing the second time', async () => {
    const aliases = newAliases();
    const input = { aliases, measurements: DEFAULT_MEASUREMENTS };
    expect(await prepareIndices(elasticsearch, input)).toEqual({ notes: [] });
    const [index = ''] = await behind(aliases.readings);
    const { [index]: mapping } = await elasticsearch.indices.getMapping({ index });
    expect(mapping?.mappings).toMatchObject({ dynamic: 'strict', properties: { temperature: { type: 'double' } } });

    expect(await prepareIndices(elasticsearch, input)).toEqual({ notes: [] });
    expect(await behind(aliases.readings)).toEqual([index]);
  });

  it('creates a new version when the fields change, reports it, and keeps the old one', async () => {
    const aliases = newAliases();
    await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
    const [old = ''] = await behind(aliases.readings);

    const { notes } = await prepareIndices(elasticsearch, {
      aliases,
      measurements: [...DEFAULT_MEASUREMENTS, PRESSURE],
    });
    const [index = ''] = await behind(aliases.readings);
    expect(index).not.toBe(old);
    expect(await elasticsearch.indices.exists({ index: old })).toBe(true);
    expect(notes).toContainEqual(expect.stringContaining(`${aliases.readings} now points to the new version ${index}`));
    expect(await behind(aliases.deadLetters)).toHaveLength(1);
  });

  it('creates templates from which a write cannot create an index', async () => {
    const aliases = newAliases();
    await prepareIndices(elasticsearch, { aliases, measurements: [PRESSURE] });
    const index = `${aliases.readings}-2026-11`;
    await expect(elasticsearch.index({ index, document: {} })).rejects.toMatchObject({ statusCode: 404 });
    await elasticsearch.indices.create({ index });
    const { [index]: made } = await elasticsearch.indices.get({ index });
    expect(made).toMatchObject({
      settings: { index: { codec: 'default', number_of_shards: '1' } },
      mappings: { dynamic: 'strict', properties: { pressure: { type: 'double' }, deviceId: { type: 'keyword' } } },
    });
  });

  it('lets the indices that a run without end creates be searched sooner', async () => {
    const intervalOf = async (bounded: boolean): Promise<unknown> => {
      const aliases = newAliases();
      await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, bounded });
      const [made] = Object.values(await elasticsearch.indices.getSettings({ index: aliases.readings }));
      return made?.settings?.index?.refresh_interval;
    };
    expect([await intervalOf(true), await intervalOf(false)]).toEqual(['2s', '1s']);
  });

  it('moves the alias from one index to months and back, and adds missing fields to months', async () => {
    const aliases = newAliases();
    const index = { by: 'month', from: '2026-01', to: '2026-12' } as const;
    await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
    const [one = ''] = await behind(aliases.readings);
    const { notes } = await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, index });
    expect(notes).toContainEqual(expect.stringContaining(`${aliases.readings} now points to monthly indices`));
    const month = `${aliases.readings}-2026-03`;
    await elasticsearch.indices.create({ index: month });
    const measurements = [...DEFAULT_MEASUREMENTS, PRESSURE];
    expect(await prepareIndices(elasticsearch, { aliases, measurements, index })).toEqual({ notes: [] });
    expect(await behind(aliases.readings)).toEqual([month]);
    const { [month]: mapping } = await elasticsearch.indices.getMapping({ index: month });
    expect(mapping?.mappings.properties).toMatchObject({ pressure: { type: 'double' } });

    await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
    expect(await behind(aliases.readings)).toEqual([one]);
    expect(await behind(aliases.deadLetters)).toHaveLength(1);
  });

  it('adds @timestamp to a month without that field', async () => {
    const aliases = newAliases();
    const months = { by: 'month', from: '2026-01', to: '2026-12' } as const;
    const input = { aliases, measurements: DEFAULT_MEASUREMENTS, index: months };
    await prepareIndices(elasticsearch, input);
    const month = `${aliases.windows}-2026-03`;
    await elasticsearch.indices.create({ index: month });
    await recreateWithoutTimestamp(aliases.windows, month);
    await prepareIndices(elasticsearch, input);
    expect(await timestampOf(month)).toEqual({ type: 'alias', path: 'windowStart' });
    expect(await prepareIndices(elasticsearch, input)).toEqual({ notes: [] });
  });

  it('reports an index with the name of the alias', async () => {
    const aliases = newAliases();
    await elasticsearch.indices.create({ index: aliases.windows });
    await expect(prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS })).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      message: expect.stringContaining(`${aliases.windows} is an index, expected an alias`) as string,
    });
  });

  it('reports a data stream with the name of the alias', async () => {
    const aliases = newAliases();
    const { readings: name } = aliases;
    await elasticsearch.indices.putIndexTemplate({ name, index_patterns: name, priority: 1, data_stream: {} });
    const document = { '@timestamp': '2026-01-01T00:00:00Z' };
    await elasticsearch.bulk({ index: name, operations: [{ create: {} }, document] });
    await expect(prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS })).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      message: expect.stringContaining(`${name} is a data stream, expected an alias`) as string,
    });
  });

  it('ignores indices of others whose names look like its own', async () => {
    const aliases = newAliases();
    const index = { by: 'month', from: '2026-01', to: '2026-12' } as const;
    const [blocked, closed] = [`${aliases.readings}-extra`, `${aliases.readings}-closed`];
    for (const name of [blocked, closed]) await elasticsearch.indices.create({ index: name });
    const block = (isOn: boolean): Promise<unknown> =>
      elasticsearch.indices.putSettings({ index: blocked, settings: { 'index.blocks.metadata': isOn } });
    await block(true);
    await elasticsearch.indices.close({ index: closed });
    for (const input of [{ aliases, index }, { aliases }, { aliases, index }]) {
      await prepareIndices(elasticsearch, { ...input, measurements: DEFAULT_MEASUREMENTS });
    }
    await block(false);
  });

  it('does not change the metadata of indices that are correct', async () => {
    const input = { aliases: newAliases(), measurements: DEFAULT_MEASUREMENTS };
    await prepareIndices(elasticsearch, input);
    const [index = ''] = await behind(input.aliases.readings);
    await elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.metadata': true } });
    expect(await prepareIndices(elasticsearch, input)).toEqual({ notes: [] });
    await elasticsearch.indices.putSettings({ index, settings: { 'index.blocks.metadata': false } });
  });

  it('separates pipelines whose names start or end alike', async () => {
    const name = `a${randomUUID().slice(0, 8)}`;
    const index = { by: 'month', from: '2026-01', to: '2026-12' } as const;
    const prepared = ['', '-b', '-readings'].map((end) => aliasesOf(`${name}${end}`));
    for (const aliases of prepared) {
      await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, index });
      const month = `${aliases.readings}-2026-03`;
      await elasticsearch.indices.create({ index: month, aliases: { [aliases.readings]: {} } });
      await elasticsearch.index({ index: month, document: { deviceId: aliases.readings }, refresh: true });
    }
    const [first] = prepared;
    if (first === undefined) throw new Error('expected a pipeline');
    await prepareIndices(elasticsearch, { aliases: first, measurements: [...DEFAULT_MEASUREMENTS, PRESSURE], index });
    for (const { readings } of prepared) {
      expect(await behind(readings)).toEqual([`${readings}-2026-03`]);
      const { hits } = await elasticsearch.search<{ deviceId: string }>({ index: `${readings}*` });
      expect(hits.hits.map(({ _source }) => _source?.deviceId)).toEqual([readings]);
      const { [`${readings}-2026-03`]: mapping } = await elasticsearch.indices.getMapping({ index: readings });
      expect('pressure' in (mapping?.mappings.properties ?? {})).toBe(readings === first.readings);
    }
  });

  it('keeps a closed month behind its alias', async () => {
    const aliases = newAliases();
    const index = { by: 'month', from: '2026-01', to: '2026-12' } as const;
    const input = { aliases, measurements: DEFAULT_MEASUREMENTS, index };
    await prepareIndices(elasticsearch, input);
    const month = `${aliases.readings}-2026-03`;
    await elasticsearch.indices.create({ index: month, aliases: { [aliases.readings]: {} } });
    await elasticsearch.indices.close({ index: month });
    expect(await prepareIndices(elasticsearch, input)).toEqual({ notes: [] });
    expect(await behind(aliases.readings)).toEqual([month]);
  });

  it('names the foreign template that blocks it', async () => {
    const aliases = newAliases();
    const other = `${aliases.readings}-other`;
    await elasticsearch.indices.putIndexTemplate({
      name: other,
      index_patterns: `${aliases.readings}*`,
      priority: 500,
    });
    await expect(prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS })).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      message: expect.stringContaining(`existing templates [${other}]`) as string,
    });
    await elasticsearch.indices.deleteIndexTemplate({ name: other });
  });

  it('creates no index from a template for all names', async () => {
    const aliases = newAliases();
    const index = { by: 'month', from: '2026-01', to: '2026-12' } as const;
    await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, index });
    const months = `${aliases.windows}-2026-01`;
    await elasticsearch.indices.create({ index: months });
    const own = [months, aliases.deadLetters, aliases.runs];
    const made = Object.values(await elasticsearch.indices.getAlias({ index: own }));
    expect(made.flatMap((each) => Object.keys(each.aliases))).toEqual([aliases.deadLetters]);

    // It exists, and matches indices without a template of their own.
    const unnamed = `${aliases.runs}-unnamed`;
    await elasticsearch.indices.create({ index: unnamed });
    const { [unnamed]: other } = await elasticsearch.indices.getAlias({ index: unnamed });
    expect(Object.keys(other?.aliases ?? {})).toEqual([ALIAS_OF_ALL]);
  });

  it('fails with a retried failure when Elasticsearch does not respond', async () => {
    const away = new Client({ node: 'http://127.0.0.1:1', maxRetries: 0 });
    const input = { aliases: newAliases(), measurements: DEFAULT_MEASUREMENTS };
    await expect(prepareIndices(away, input)).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      nonRetryable: false,
    });
  });
});
