import { ConfigError, loadConfig } from '../../workers/config';

describe('loadConfig', () => {
  it('requires no variable', () => {
    expect(loadConfig({})).toMatchObject({ TEMPORAL_PORT: 7233, PIPELINE_TASK_QUEUE: 'pipeline' });
  });

  it('treats an empty variable as unset', () => {
    expect(loadConfig({ KAFKA_BROKERS: '' }).KAFKA_BROKERS).toBeUndefined();
  });

  it('splits a list of brokers', () => {
    expect(loadConfig({ KAFKA_BROKERS: 'a:1, b:2' }).KAFKA_BROKERS).toEqual(['a:1', 'b:2']);
  });

  it('reports every invalid variable at once', () => {
    const load = () => loadConfig({ ELASTICSEARCH_NODE: 'ftp://x', KAFKA_PORT: '70000', TEMPORAL_ADDRESS: 'nowhere' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/ELASTICSEARCH_NODE[\s\S]*TEMPORAL_ADDRESS|TEMPORAL_ADDRESS[\s\S]*ELASTICSEARCH_NODE/);
    expect(load).toThrow(/KAFKA_PORT/);
  });

  const key = { ELASTICSEARCH_API_KEY: 'key' };
  const username = { ELASTICSEARCH_USERNAME: 'pipeline' };
  const password = { ELASTICSEARCH_PASSWORD: 's3cret' };

  it('accepts an API key for Elasticsearch, or a user with a password, or neither', () => {
    expect(loadConfig(key)).toMatchObject(key);
    expect(loadConfig({ ...username, ...password })).toMatchObject({ ...username, ...password });
    expect(loadConfig({ ...key, ELASTICSEARCH_USERNAME: '', ELASTICSEARCH_PASSWORD: '' })).toMatchObject(key);
  });

  it.each([
    ['a user without a password', { ...username }],
    ['a password without a user', { ...password }],
    ['a key beside a user', { ...key, ...username }],
    ['a key beside a password', { ...key, ...password }],
    ['a key beside both', { ...key, ...username, ...password }],
  ])('refuses %s in one sentence that names the three and no value', (_what, env) => {
    const load = () => loadConfig(env);
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/expected this alone, or ELASTICSEARCH_USERNAME with ELASTICSEARCH_PASSWORD/);
    expect(load).toThrow(/at ELASTICSEARCH_API_KEY/);
    expect(load).not.toThrow(/s3cret/);
  });
});
