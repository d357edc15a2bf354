import { randomBytes, randomUUID } from 'node:crypto';
import type { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import { openElasticsearch } from '../../../workers/clients';
import { loadConfig } from '../../../workers/config';
import { searchPage } from '../../../workers/page/page-search';
import { PANELS, parsePageRequest } from '../../../workers/page/page-request';
import { elasticsearchRoles } from '../../../workers/rights/pipeline-rights';
import { setRealmEntries } from '../../support/realm-files';
import { secureStack, type SecureStack } from '../../support/secure-stack';
import { until } from '../../support/until';
import { elasticsearchSteps, type Privilege } from './elasticsearch-steps';

const ROLES = elasticsearchRoles([{ name: 'any' }]);
const CLUSTER = ROLES.worker.cluster;
const INDEX = [ROLES.worker, ROLES.retention].flatMap(({ indices }) => indices.flatMap(({ privileges }) => privileges));
const MISSING = [
  'nothing',
  ...CLUSTER.map((each) => `cluster ${each}`),
  ...INDEX.map((each) => `index ${each}`),
] as const;
const TAG = randomUUID().slice(0, 8);
const PASSWORD = randomBytes(12).toString('hex');
/** Nobody sets the index privileges of cluster-wide requests per pipeline, so each of these users lacks one of them. */
const USERS = ['all', ...CLUSTER].map((missing) => ({ name: `rights-${missing}`, lacks: missing }));
const PREFIX = 'rights-';

let stack: SecureStack;
let admin: Client;
/** By the missing privilege and the step: `done`, or the message of its failure. */
let outcomes: ReadonlyMap<string, Readonly<Record<string, string>>>;

function pipelineWithout(missing: string): string {
  return `rights-${TAG}-${MISSING.indexOf(missing)}`;
}

function clientOf(user: string): Client {
  const kept = Object.entries(stack.clients.worker).filter(([name]) => name !== 'ELASTICSEARCH_PASSWORD_FILE');
  return openElasticsearch(
    loadConfig({ ...Object.fromEntries(kept), ELASTICSEARCH_USERNAME: user, ELASTICSEARCH_PASSWORD: PASSWORD }),
  );
}

beforeAll(async () => {
  stack = await secureStack();
  admin = openElasticsearch(loadConfig(stack.clients.admin));
  // The same user has, on the indices of each pipeline, all privileges but one.
  const indices = MISSING.map((missing) => ({
    names: [`pipeline.${pipelineWithout(missing)}.*`],
    privileges: INDEX.filter((privilege) => missing !== `index ${privilege}`),
  }));
  const roles = USERS.map(({ name, lacks }): [string, object] => [
    name,
    { cluster: CLUSTER.filter((each) => each !== lacks), indices },
  ]);
  const page = elasticsearchRoles([{ name: pipelineWithout('nothing') }]).page;
  const users = [...USERS.map(({ name }) => name), 'rights-page'].map((name) => ({
    name,
    password: PASSWORD,
    roles: [name],
  }));
  await setRealmEntries(stack, PREFIX, { users, roles: { ...Object.fromEntries(roles), 'rights-page': page } });
  for (const { name } of users) await untilKnown(name);
  outcomes = new Map(
    await Promise.all(MISSING.map(async (missing) => [missing, await outcomesWithout(missing)] as const)),
  );
}, 600_000);

afterAll(async () => {
  await setRealmEntries(stack, PREFIX, { users: [] });
  await admin.close();
});

/** The files of the realm are read every five seconds, one by one. */
async function untilKnown(user: string): Promise<void> {
  const client = clientOf(user);
  const isKnown = async (): Promise<boolean> => {
    const { has_all_requested: hasRead } = await client.security.hasPrivileges({
      index: [{ names: [aliasesOf(pipelineWithout('nothing')).readings], privileges: ['read'] }],
    });
    return hasRead;
  };
  await until(`user ${user} is known`, () => isKnown().catch(() => false), 60_000);
  await client.close();
}

async function outcomesWithout(missing: string): Promise<Readonly<Record<string, string>>> {
  const client = clientOf(missing.startsWith('cluster ') ? `rights-${missing.slice(8)}` : 'rights-all');
  const found: Record<string, string> = {};
  try {
    for (const step of elasticsearchSteps(admin)) {
      found[step.name] = await step.run(client, pipelineWithout(missing)).then(
        () => 'done',
        (error: unknown) => (error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error)),
      );
    }
    return found;
  } finally {
    await client.close();
  }
}

/** A message names the privilege, or the action that is one. */
function naming(missing: string): RegExp {
  const [, privilege = ''] = missing.split(' ');
  // Elasticsearch says of new fields that only `manage` grants them, but grants them with `index`, too.
  const more = privilege === 'index' ? '|action \\[indices:admin/mapping/put\\]' : '';
  return new RegExp(`action \\[${privilege}\\]|privileges \\[(?:[^\\]]*,)?${privilege}[,\\]]${more}`);
}

describe('the roles of a worker in Elasticsearch', () => {
  it.each(MISSING)('without %s, make exactly the steps fail that need it, which name it', (missing) => {
    const expected = elasticsearchSteps(admin).map(({ name, needs }) => [
      name,
      needs.includes(missing as Privilege) ? (expect.stringMatching(naming(missing)) as string) : 'done',
    ]);
    expect(outcomes.get(missing)).toEqual(Object.fromEntries(expected));
  });

  it('have no privilege that no step needs', () => {
    const steps = elasticsearchSteps(admin);
    const needed = new Set(steps.flatMap(({ needs }) => needs));
    expect([...needed].sort()).toEqual(MISSING.filter((missing) => missing !== 'nothing').sort());
    expect(steps.length * MISSING.length).toBe(198);
  });

  describe('allow nothing else', () => {
    const name = pipelineWithout('nothing');
    const own = aliasesOf(name).runs;
    const others = ['-b', '-readings'].map((suffix) => aliasesOf(`${name}${suffix}`).readings);
    let worker: Client;
    beforeAll(async () => {
      worker = clientOf('rights-all');
      for (const index of others) await admin.index({ index, id: 'one', document: { deviceId: 'd' } });
    });
    afterAll(async () => {
      await worker.close();
      for (const index of others) await admin.indices.delete({ index });
    });

    const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
      ...Object.fromEntries(
        others.flatMap((index): [string, () => Promise<unknown>][] => [
          [`search ${index}`, () => worker.search({ index })],
          [`index into ${index}`, () => worker.index({ index, document: {} })],
          [`delete from ${index}`, () => worker.delete({ index, id: 'one' })],
          [`delete ${index}`, () => worker.indices.delete({ index })],
          [`point an alias to ${index}`, () => worker.indices.putAlias({ index, name: `${own}-other` })],
        ]),
      ),
      'delete a document of its own': () => worker.delete({ index: own, id: 'first' }),
      'delete documents of its own by a query': () => worker.deleteByQuery({ index: own, query: { match_all: {} } }),
      'close an index of its own': () => worker.indices.close({ index: own }),
      'change the settings of an index of its own': () =>
        worker.indices.putSettings({ index: own, settings: { refresh_interval: '1h' } }),
      'change the settings of the cluster': () => worker.cluster.putSettings({ transient: {} }),
      'read users': () => worker.security.getUser(),
      'create an API key': () => worker.security.createApiKey({ name: 'more' }),
    };

    it.each(Object.keys(attempts))('refused: %s', async (attempt) => {
      await expect(attempts[attempt]?.()).rejects.toMatchObject({ statusCode: expect.any(Number) as number });
    });

    it('finds nothing of others in a search of everything', async () => {
      await admin.indices.refresh({ index: others });
      const { hits } = await worker.search({ index: '*', size: 1_000 });
      expect(hits.hits.filter(({ _index }) => others.includes(_index))).toEqual([]);
    });
  });
});

describe('the role of the page in Elasticsearch', () => {
  it('lets it search the panels of its pipelines and write nothing', async () => {
    const page = clientOf('rights-page');
    try {
      const query = new URLSearchParams(PANELS.map(({ id }): [string, string] => ['panel', id]));
      const { choices } = await searchPage(page, parsePageRequest(query, Date.now()), Date.now());
      expect(choices.pipeline.filter((pipeline) => pipeline !== pipelineWithout('nothing'))).toEqual([]);
      const index = aliasesOf(pipelineWithout('nothing')).readings;
      await expect(page.index({ index, document: {} })).rejects.toMatchObject({ statusCode: 403 });
      await expect(page.indices.refresh({ index })).rejects.toMatchObject({ statusCode: 403 });
    } finally {
      await page.close();
    }
  });
});
