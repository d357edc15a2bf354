import { ConfigError, loadConfig } from '../../workers/config';

describe('loadConfig', () => {
  it('needs no variable at all', () => {
    expect(loadConfig({})).toMatchObject({ TEMPORAL_PORT: 7233, PIPELINE_TASK_QUEUE: 'pipeline' });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ KAFKA_BROKERS: '' }).KAFKA_BROKERS).toBeUndefined();
  });

  it('splits a list of brokers', () => {
    expect(loadConfig({ KAFKA_BROKERS: 'a:1, b:2' }).KAFKA_BROKERS).toEqual(['a:1', 'b:2']);
  });

  it('names every variable that is wrong at once', () => {
    const load = () => loadConfig({ ELASTICSEARCH_NODE: 'ftp://x', KAFKA_PORT: '70000', TEMPORAL_ADDRESS: 'nowhere' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/ELASTICSEARCH_NODE[\s\S]*TEMPORAL_ADDRESS|TEMPORAL_ADDRESS[\s\S]*ELASTICSEARCH_NODE/);
    expect(load).toThrow(/KAFKA_PORT/);
  });
});
