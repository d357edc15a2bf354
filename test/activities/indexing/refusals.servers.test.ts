import { randomUUID } from 'node:crypto';
import { Client, type estypes } from '@elastic/elasticsearch';
import { toBulkItem, type BulkItem } from '../../../activities/indexing/bulk-item';
import { sendBulk, type BulkOutcome } from '../../../activities/indexing/send-bulk';
import { FaultProxy } from '../../faults/fault-proxy';
import { stackAddresses } from '../../support/stack';

let elasticsearch: Client;
beforeAll(() => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0 });
});
afterAll(async () => {
  const index = aliases.flatMap((alias) => [`${alias}-1`, `${alias}-2`]);
  // Elasticsearch removes a block only by a request that changes nothing else.
  for (const block of ['metadata', 'read_only', 'write']) {
    const settings = { [`index.blocks.${block}`]: false };
    await elasticsearch.indices.putSettings({ index, ignore_unavailable: true, settings });
  }
  await elasticsearch.indices.delete({ index, ignore_unavailable: true });
  await elasticsearch.close();
});

/** A field of every type; other fields are rejected. */
const TYPED: estypes.MappingTypeMapping = {
  dynamic: 'strict',
  properties: {
    provenance: { type: 'object', enabled: false },
    n: { type: 'double' },
    short: { type: 'float' },
    whole: { type: 'long' },
    day: { type: 'date' },
    ip: { type: 'ip' },
    flag: { type: 'boolean' },
    place: { type: 'geo_point' },
    vector: { type: 'dense_vector', dims: 3 },
    within: { properties: { a: { type: 'double' } } },
    each: { type: 'nested', properties: { a: { type: 'double' } } },
    flat: { type: 'flattened', depth_limit: 2 },
    text: { type: 'keyword' },
    loose: { type: 'object', dynamic: false },
    closed: { type: 'object', enabled: false },
  },
};
/** Maps any field dynamically, within limits. */
const OPEN: estypes.MappingTypeMapping = {
  dynamic: true,
  properties: { provenance: { type: 'object', enabled: false } },
};

const aliases: string[] = [];
async function newAlias(mappings = TYPED, settings: estypes.IndicesIndexSettings = {}): Promise<string> {
  const alias = `refusals-${randomUUID()}`;
  aliases.push(alias);
  await elasticsearch.indices.create({
    index: `${alias}-1`,
    settings: { number_of_replicas: 0, ...settings },
    mappings,
    aliases: { [alias]: { is_write_index: true } },
    wait_for_active_shards: 0,
  });
  return alias;
}

function entryOf(id: string, value: string | Buffer, version?: string): ReturnType<typeof toBulkItem> {
  const versioned = version === undefined ? {} : { 'pipeline-version': Buffer.from(version) };
  const headers = { 'event-id': Buffer.from(id), ...versioned };
  const record = { partition: 0, offset: '0', timestamp: '0', key: null, value: Buffer.from(value), headers };
  return toBulkItem(record, { pipeline: 'p', indexedAt: 0 });
}

function item(id: string, value: string | Buffer = '{}', version?: string): BulkItem {
  const made = entryOf(id, value, version);
  if ('reason' in made) throw new Error(`expected an item, got ${made.reason}`);
  return made;
}

async function send(alias: string, items: readonly BulkItem[], client = elasticsearch): Promise<BulkOutcome> {
  const signal = new AbortController().signal;
  return await sendBulk({ elasticsearch: client, alias, items, signal, pause: () => Promise.resolve() });
}

async function ids(alias: string): Promise<string[]> {
  await elasticsearch.indices.refresh({ index: alias });
  const { hits } = await elasticsearch.search({ index: alias, _source: false });
  return hits.hits.map(({ _id = '' }) => _id).sort();
}

const deep = (levels: number, value = '1'): string => `${'{"a":'.repeat(levels)}${value}${'}'.repeat(levels)}`;
const PARSING = 'document_parsing_exception';

describe('a document that cannot be indexed', () => {
  let typed: string;
  let open: string;
  beforeAll(async () => {
    typed = await newAlias(TYPED, { mapping: { nested_objects: { limit: 2 } } });
    open = await newAlias(OPEN, { mapping: { total_fields: { limit: 20 }, depth: { limit: 5 } } });
  });

  it.each<[string, string | Buffer, string]>([
    ['has a word for a number', '{"n":"warm"}', PARSING],
    ['has a number out of range', '{"n":1e999}', PARSING],
    ['has too large a float', '{"short":1e39}', PARSING],
    ['has too large a long', '{"whole":9223372036854775808}', PARSING],
    ['has an object for a number', '{"n":{"a":1}}', PARSING],
    ['has a number for an object', '{"within":1}', PARSING],
    ['has no date', '{"day":"someday"}', PARSING],
    ['has no IP address', '{"ip":"1.2.3.400"}', PARSING],
    ['has no boolean', '{"flag":"perhaps"}', PARSING],
    ['has no place on earth', '{"place":"north"}', PARSING],
    ['has a vector of other dimensions', '{"vector":[1,2]}', PARSING],
    ['is not UTF-8', Buffer.from('{"text":"\xff\xfe"}', 'latin1'), PARSING],
    ['has a control character', '{"text":"a\tb"}', PARSING],
    ['is truncated', '{"n":1', PARSING],
    ['has bytes behind its end', '{"n":1} x', PARSING],
    ['has a bare NaN', '{"n":NaN}', PARSING],
    ['has one key twice', '{"n":1,"n":2}', PARSING],
    ['has one key twice where nothing is mapped', '{"loose":{"a":1,"a":2}}', PARSING],
    ['has a field of metadata', '{"_id":"other"}', PARSING],
    ['is nested more than 1,000 deep', `{"closed":${deep(1_100)}}`, PARSING],
    ['has a number of more than 1,000 digits', `{"n":${'1'.repeat(1_100)}}`, PARSING],
    ['has more nested objects than may be', '{"each":[{"a":1},{"a":2},{"a":3}]}', PARSING],
    ['has a keyword of 40,000 bytes', JSON.stringify({ text: 'x'.repeat(40_000) }), PARSING],
    ['is too deep for a flattened field', `{"flat":${deep(4, '"x"')}}`, PARSING],
    ['has a flattened name with NUL', '{"flat":{"a\\u0000b":"x"}}', PARSING],
    ['has a flattened name of 40,000 bytes', JSON.stringify({ flat: { ['x'.repeat(40_000)]: 'x' } }), PARSING],
    ['has a blank for a name', '{" ":1}', PARSING],
    ['has a field that the mapping does not know', '{"surprise":1}', 'strict_dynamic_mapping_exception'],
    ['is followed by a second object', '{"n":1}{"n":2}', 'illegal_argument_exception'],
  ])('is rejected, and no other document, when it %s', async (_what, value, reason) => {
    const outcome = await send(typed, [item('good'), item('bad', value), item('fine')]);
    expect(outcome).toMatchObject({ done: 2, stale: 0, rejected: [{ item: { id: 'bad' }, reason }] });
    expect(await ids(typed)).toEqual(['fine', 'good']);
  });

  it.each([
    ['would make too many fields', JSON.stringify(Object.fromEntries([...Array(30).keys()].map((n) => [`f${n}`, n])))],
    ['would make fields too deep', deep(8)],
  ])('is rejected when it %s', async (_what, value) => {
    const outcome = await send(open, [item('good'), item('bad', value)]);
    expect(outcome).toMatchObject({ done: 1, rejected: [{ item: { id: 'bad' }, reason: PARSING }] });
  });

  it.each(['[{"n":1}]', '"text"', 'null', '', ' {"n":1}', '\ufeff{"n":1}', '{"n":1}\n{"delete":{"_id":"good"}}'])(
    'is not even sent when it is not an object on one line: %j',
    (value) => {
      expect(entryOf('bad', value)).toMatchObject({ reason: 'NotOneObjectOnOneLine' });
    },
  );
});

describe('an odd document that Elasticsearch accepts', () => {
  it.each([
    ['an empty object', '{}'],
    ['a comment', '{"n":1 /* warm */}'],
    ['half a surrogate pair', '{"text":"\\ud800"}'],
    ['a carriage return', '{"n":\r1}'],
    ['a line separator of Unicode', '{"text":"a\u2028b"}'],
    ['a name of 60,000 characters in an unmapped object', `{"loose":{"${'x'.repeat(60_000)}":1}}`],
  ])('is done: %s', async (_what, value) => {
    const alias = await newAlias();
    const outcome = await send(alias, [item('odd', value), item('fine')]);
    expect({ ...outcome, length: (await ids(alias)).length }).toMatchObject({ done: 2, rejected: [], length: 2 });
  });
});

describe('a version', () => {
  it('is stale below the one that is there, and done at or above it', async () => {
    const alias = await newAlias();
    await send(alias, [item('w', '{"n":5}', '5')]);
    expect(await send(alias, [item('w', '{"n":4}', '4')])).toEqual({ done: 0, stale: 1, rejected: [], missing: [] });
    expect(await send(alias, [item('w', '{"n":6}', '5')])).toEqual({ done: 1, stale: 0, rejected: [], missing: [] });
    const { _source } = await elasticsearch.get<{ n: number }>({ index: alias, id: 'w' });
    expect(_source?.n).toBe(6);
  });
});

describe('an index that rejects documents', () => {
  const settings = (alias: string, changed: estypes.IndicesIndexSettings): Promise<unknown> =>
    elasticsearch.indices.putSettings({ index: `${alias}-1`, settings: changed });

  it.each<[string, (alias: string) => Promise<unknown>]>([
    ['writing is blocked', (alias) => settings(alias, { blocks: { write: true } })],
    ['the index is read-only', (alias) => settings(alias, { blocks: { read_only: true } })],
    ['the index is closed', (alias) => elasticsearch.indices.close({ index: `${alias}-1` })],
    ['the index was deleted', (alias) => elasticsearch.indices.delete({ index: `${alias}-1` })],
    ['its pipeline does not exist', (alias) => settings(alias, { default_pipeline: 'no-such-pipeline' })],
    [
      'the alias has no write index',
      async (alias) => {
        await elasticsearch.indices.create({ index: `${alias}-2` });
        const add = (index: string) => ({ add: { index, alias, is_write_index: false } });
        await elasticsearch.indices.updateAliases({ actions: [add(`${alias}-1`), add(`${alias}-2`)] });
      },
    ],
  ])('is reported as misconfigured, and no document is rejected, when %s', async (_what, harm) => {
    const alias = await newAlias();
    await harm(alias);
    await expect(send(alias, [item('a'), item('b')])).rejects.toMatchObject({
      type: 'IndexMisconfigured',
      nonRetryable: false,
    });
  });

  it('is reported as misconfigured when the mapping requires routing', async () => {
    const alias = await newAlias({ ...TYPED, _routing: { required: true } });
    await expect(send(alias, [item('a')])).rejects.toMatchObject({ type: 'IndexMisconfigured' });
  });

  it('is reported as misconfigured when its name is invalid', async () => {
    await expect(send('No|Name', [item('a')])).rejects.toMatchObject({ type: 'IndexMisconfigured' });
  });

  it('accepts documents while only its metadata is blocked', async () => {
    const alias = await newAlias();
    await settings(alias, { blocks: { metadata: true } });
    expect(await send(alias, [item('a')])).toMatchObject({ done: 1 });
  });

  it.each<[string, estypes.IndicesIndexSettings, estypes.IndicesIndexSettings]>([
    ['its disk is full', { blocks: { read_only_allow_delete: true } }, { blocks: { read_only_allow_delete: false } }],
    [
      'a shard is on no node',
      { 'index.routing.allocation.require._name': 'nobody' },
      { 'index.routing.allocation.require._name': null },
    ],
  ])('is waited for while %s', async (_what, harm, repair) => {
    const alias = await newAlias(TYPED, harm);
    const impatient = new Client({ node: stackAddresses().elasticsearchNode, maxRetries: 0, requestTimeout: 1_000 });
    let pauses = 0;
    const pause = async (): Promise<void> => {
      pauses += 1;
      await settings(alias, repair);
    };
    const signal = new AbortController().signal;
    const outcome = await sendBulk({ elasticsearch: impatient, alias, items: [item('a')], signal, pause });
    await impatient.close();
    expect(outcome).toEqual({ done: 1, stale: 0, rejected: [], missing: [] });
    expect(pauses).toBeGreaterThan(0);
  });
});

describe('a request that is rejected as a whole', () => {
  it.each([
    ['an id of 513 bytes', `{"index":{"_id":"${'i'.repeat(513)}"}}`],
    ['a negative version', '{"index":{"_id":"bad","version":-1,"version_type":"external_gte"}}'],
    ['a version to create with', '{"create":{"_id":"bad","version":1,"version_type":"external"}}'],
    ['a version without an id', '{"index":{"version":1,"version_type":"external"}}'],
    ['an unknown action', '{"replace":{"_id":"bad"}}'],
    ['an unknown parameter', '{"index":{"_id":"bad","colour":"red"}}'],
    ['garbage for an action', 'no action'],
  ])('is split down to the item with %s and reported as misconfigured', async (_what, action) => {
    const alias = await newAlias();
    const good = [item('a'), item('b'), item('c')];
    const head = `${action}\n{`;
    const bad = { ...item('bad'), head, bytes: Buffer.byteLength(head) + 2 };
    await expect(send(alias, [...good, bad])).rejects.toMatchObject({ type: 'IndexMisconfigured' });
    expect(await ids(alias)).toEqual(['a', 'b', 'c']);
  });

  it('is never built with an id or a version that would cause that', () => {
    for (const id of ['i'.repeat(513), '']) expect(entryOf(id, '{}')).toMatchObject({ reason: 'BadEventId' });
    expect(entryOf('a', '{}', '-1')).toMatchObject({ reason: 'BadVersion' });
    expect('reason' in entryOf('i'.repeat(512), '{}')).toBe(false);
  });

  it('is reported as misconfigured when the cluster is read-only', async () => {
    const alias = await newAlias();
    const proxy = await FaultProxy.start(stackAddresses().elasticsearchNode);
    const client = new Client({ node: proxy.address, maxRetries: 0 });
    proxy.plan = () => ({ kind: 'answer', status: 403, body: '{"error":{"type":"cluster_block_exception"}}' });
    await expect(send(alias, [item('a'), item('b')], client)).rejects.toMatchObject({ type: 'IndexMisconfigured' });
    expect(proxy.requests).toBe(1);
    await client.close();
    await proxy.close();
  });
});
