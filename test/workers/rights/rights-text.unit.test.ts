import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../workers/config';
import { elasticsearchRoles } from '../../../workers/rights/pipeline-rights';
import { requestProblem, rightsAccount, type RightsRequest } from '../../../workers/rights/rights-text';
import { PROJECT } from '../../support/program';

const REQUEST: RightsRequest = { name: 'a', kafkaUser: 'pipeline', folder: null };
const CONFIG = loadConfig({
  KAFKA_BROKERS: 'one:9092,two:9092',
  ELASTICSEARCH_NODE: 'https://search:9200',
  KIBANA_URL: 'https://kibana/base/s/plant',
  TEMPORAL_NAMESPACE: 'factory',
});

function commandsOf(request: RightsRequest): string[] {
  return rightsAccount(CONFIG, request)
    .text.split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('rightsAccount', () => {
  it('has one command of Kafka for all topics, and one for all groups', () => {
    const start = 'kafka-acls.sh --bootstrap-server one:9092,two:9092 --command-config admin.properties --add';
    const [topics, groups] = commandsOf(REQUEST);
    expect(topics).toBe(
      `${start} --allow-principal 'User:pipeline' --operation Create --operation DescribeConfigs --operation Read ` +
        "--operation Write --topic 'a.raw' --topic 'a.enriched' --topic 'a.windows' --topic 'a.dead-letter'",
    );
    expect(groups).toContain(
      `${start} --allow-principal 'User:pipeline' --operation Read --resource-pattern-type prefixed`,
    );
    expect(groups).toContain("--group 'pipeline-read/a.raw/'");
    expect(groups).toContain("--group 'pipeline.a.'");
  });

  it('allows reading a topic of others and nothing else, and no raw topic then', () => {
    const commands = commandsOf({ ...REQUEST, sourceTopic: 'plant.readings' });
    const ofSource = commands.filter((command) => command.includes("--topic 'plant.readings'"));
    expect(ofSource).toEqual([expect.stringMatching(/--operation Read --topic 'plant\.readings'$/)]);
    expect(commands.join()).not.toContain('a.raw');
  });

  it('sends each role of Elasticsearch and Kibana as JSON, or from the files of a folder', () => {
    const { worker } = elasticsearchRoles([REQUEST]);
    const put =
      "curl --fail-with-body --user elastic --request PUT 'https://search:9200/_security/role/pipeline.a.worker'";
    const [inline] = commandsOf(REQUEST).filter((command) => command.startsWith(put));
    expect(JSON.parse(/--data '(.*)'$/.exec(inline ?? '')?.[1] ?? '')).toEqual(worker);

    const { text, files } = rightsAccount(CONFIG, { ...REQUEST, folder: 'rights' });
    const sent = [...text.matchAll(/--data '@rights\/([^']*)'/g)].map(([, name]) => name);
    expect(sent).toHaveLength(6);
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(sent));
    expect(JSON.parse(files.find(({ name }) => name === 'elasticsearch-worker.json')?.text ?? '')).toEqual(worker);
  });

  it('lets the importer save every kind of object of the dashboards, in the space of the settings alone', () => {
    const { text, files } = rightsAccount(CONFIG, REQUEST);
    expect(text).toContain("'https://kibana/base/api/security/role/pipeline.a.kibana-importer'");
    const featureOf: Readonly<Record<string, string>> = { dashboard: 'dashboard_v2', 'index-pattern': 'indexPatterns' };
    const lines = readFileSync(join(PROJECT, 'kibana/dashboards.ndjson'), 'utf8').trim().split('\n');
    const types = new Set(lines.map((line) => (JSON.parse(line) as { type: string }).type));
    const { kibana } = JSON.parse(files.find(({ name }) => name === 'kibana-importer.json')?.text ?? '') as {
      kibana: unknown;
    };
    const feature = Object.fromEntries([...types].map((type) => [featureOf[type] ?? `of ${type}`, ['all']]));
    expect(kibana).toEqual([{ base: [], feature, spaces: ['plant'] }]);
  });

  it('gives a worker write and a reader read access to the namespace', () => {
    const { text, files } = rightsAccount(CONFIG, REQUEST);
    expect(text).toContain("--name pipeline-worker --namespace-permission 'factory=Write'");
    expect(text).toContain("--name pipeline-reader --namespace-permission 'factory=Read'");
    expect(text).toMatch(
      /^temporal operator search-attribute create --namespace 'factory' .*--name PipelineState --type Keyword/m,
    );
    const claims = files
      .filter(({ name }) => name.startsWith('temporal-'))
      .map((file) => JSON.parse(file.text) as object);
    expect(claims).toEqual([
      { sub: 'pipeline-worker', permissions: ['factory:write'] },
      { sub: 'pipeline-reader', permissions: ['factory:read'] },
    ]);
  });
});

describe('requestProblem', () => {
  it('names what is wrong with a name, a topic, a user or a folder', () => {
    expect(requestProblem(REQUEST)).toBeNull();
    expect(requestProblem({ ...REQUEST, sourceTopic: 'plant.readings', kafkaUser: 'CN=worker, O=Plant' })).toBeNull();
    expect(requestProblem({ ...REQUEST, name: 'A' })).toMatch(/^NAME: expected 1 to 60 lower-case letters.*, got A$/);
    expect(requestProblem({ ...REQUEST, sourceTopic: "a'b" })).toBe("--source: expected the name of a topic, got a'b");
    expect(requestProblem({ ...REQUEST, kafkaUser: "x'" })).toBe("--kafka-user: expected a name without ', got x'");
    expect(requestProblem({ ...REQUEST, folder: "x'" })).toBe("--folder: expected a path without ', got x'");
  });
});
