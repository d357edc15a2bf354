import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ComposeFile } from '../compose-rules';
import { parseConfig, type Plugin, type Statement } from './config-syntax';

const DEPLOY = join(__dirname, '..', '..', '..', 'deploy');
const text = readFileSync(join(DEPLOY, 'logstash', 'pipeline.conf'), 'utf8');

/** The options of every use of a plugin in the pipeline. */
function optionsOf(plugin: string): Readonly<Record<string, unknown>>[] {
  const pluginsIn = (body: readonly Statement[]): Plugin[] =>
    body.flatMap((each) => ('plugin' in each ? [each] : each.arms.flatMap((arm) => pluginsIn(arm.body))));
  const all = parseConfig(text).flatMap(({ body }) => pluginsIn(body));
  return all.filter((each) => each.plugin === plugin).map(({ attributes }) => Object.fromEntries(attributes));
}

describe('the connections of Logstash', () => {
  it('trust only a broker of the authority, and log in to it', () => {
    const inputs = optionsOf('kafka');
    expect(inputs).toHaveLength(1);
    const login = 'required username="${KAFKA_USERNAME}" password="${KAFKA_PASSWORD}";';
    expect(inputs[0]).toMatchObject({
      security_protocol: '${KAFKA_SECURITY_PROTOCOL}',
      ssl_truststore_type: 'PEM',
      ssl_truststore_location: '${KAFKA_CA_FILE}',
      sasl_mechanism: '${KAFKA_SASL_MECHANISM}',
      sasl_jaas_config: `org.apache.kafka.common.security.scram.ScramLoginModule ${login}`,
    });
  });

  it('trust only an Elasticsearch of the authority, and log in to it', () => {
    const outputs = optionsOf('elasticsearch');
    expect(outputs).toHaveLength(2);
    for (const output of outputs) {
      expect(output).toMatchObject({
        hosts: ['${ELASTICSEARCH_NODE}'],
        ssl_certificate_authorities: ['${ELASTICSEARCH_CA_FILE}'],
        user: '${ELASTICSEARCH_USERNAME}',
        password: '${ELASTICSEARCH_PASSWORD}',
      });
    }
  });

  it('use every variable that the Compose file sets for them, and no other', () => {
    const compose = readFileSync(join(DEPLOY, 'docker-compose.yml'), 'utf8');
    const { environment = {}, command = [] } =
      (parse(compose, { merge: true }) as ComposeFile).services['logstash'] ?? {};
    const exported = /export (.*)\n/.exec(command.join('\n'))?.[1]?.split(' ') ?? [];
    const given = [...Object.keys(environment).filter((name) => name !== 'LS_JAVA_OPTS'), ...exported];
    const asked = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? ''));
    expect([...asked].sort()).toEqual(given.sort());
  });
});
