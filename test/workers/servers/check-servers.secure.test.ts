import { loadConfig } from '../../../workers/config';
import { checkServers, serverLines } from '../../../workers/servers/check-servers';
import type { ServerCheck } from '../../../workers/servers/server-check';
import { SECURE_PIPELINES, secureStack, type SecureStack } from '../../support/secure-stack';

let stack: SecureStack;
beforeAll(async () => {
  stack = await secureStack();
}, 600_000);

/** Checks the servers as the worker, with other variables. */
async function checksWith(
  changes: Readonly<Record<string, string>>,
  pipelines: readonly string[] = [],
): Promise<Readonly<Record<string, ServerCheck>>> {
  const config = loadConfig({ ...stack.clients.worker, ...changes });
  const checks = await checkServers(
    config,
    pipelines.map((name) => ({ name })),
  );
  return Object.fromEntries(checks.map((check) => [check.server, check]));
}

describe('checkServers', () => {
  it('finds nothing wrong with the servers and the rights of a worker, and tells what it asked', async () => {
    const checks = Object.values(await checksWith({}, SECURE_PIPELINES));
    expect(checks.flatMap(({ problems }) => problems)).toEqual([]);
    const text = serverLines(checks).join('\n');
    expect(text).toMatch(
      /^Temporal at 127\.0\.0\.1:\d+: answers, version \S+; namespace default is there.*clock differs/m,
    );
    expect(text).toMatch(
      /^Kafka at 127\.0\.0\.1:\d+: answers; the user may create and describe the topics of secured;/m,
    );
    expect(text).toMatch(
      /^Elasticsearch at https:.*: answers, status \w+; user worker has the privileges.*clock differs/m,
    );
  });

  it('names each right that a pipeline lacks', async () => {
    const { Kafka, Elasticsearch, Temporal } = await checksWith({}, ['stranger']);
    expect(Temporal?.problems).toEqual([]);
    const own = 'stranger.raw, stranger.enriched, stranger.windows, stranger.dead-letter';
    expect(Kafka?.problems).toEqual([expect.stringContaining(`the ACL Create on topics ${own}`)]);
    expect(Kafka?.problems.join()).toContain(`an ACL on topics ${own}: Read, Write or Describe`);
    const [problem = ''] = Elasticsearch?.problems ?? [];
    expect(problem).toContain('User worker lacks the index privilege create_index on pipeline.stranger.*, ');
    expect(problem).not.toContain('cluster privilege');
  });

  it('names a wrong password, an unknown CA and an expired certificate at once, each with what to correct', async () => {
    const { refused } = stack;
    const { Temporal, Kafka, Elasticsearch } = await checksWith({
      TEMPORAL_TLS_CLIENT_CERT_PATH: refused.expired.certificate,
      TEMPORAL_TLS_CLIENT_KEY_PATH: refused.expired.key,
      KAFKA_CA_FILE: refused.otherAuthority,
      ELASTICSEARCH_PASSWORD_FILE: refused.wrongPasswordFile,
    });
    expect(Temporal?.problems).toEqual([expect.stringMatching(/certificate|TEMPORAL_TLS_CLIENT_CERT_PATH/)]);
    expect(Kafka?.problems).toEqual([expect.stringMatching(/unknown CA.*KAFKA_CA_FILE/)]);
    expect(Elasticsearch?.problems).toEqual(
      expect.arrayContaining([expect.stringMatching(/401.*ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD/)]),
    );
    for (const check of [Temporal, Kafka, Elasticsearch]) expect(check?.facts).toEqual([]);
  });

  it('names servers that are away', async () => {
    const away = '127.0.0.1:1';
    const names = { TEMPORAL_ADDRESS: away, KAFKA_BROKERS: away, ELASTICSEARCH_NODE: `https://${away}` };
    const checks = Object.values(await checksWith(names));
    expect(checks.map(({ facts }) => facts)).toEqual([[], [], []]);
    for (const { problems } of checks) expect(problems.join()).toContain('ECONNREFUSED');
  });
});
