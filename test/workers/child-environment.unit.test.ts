import { childEnvironment } from '../../workers/child-environment';
import { SETTINGS } from '../../workers/config';

describe('childEnvironment', () => {
  const foreign = { PATH: '/bin', JAVA_HOME: '/java', HTTP_PROXY: 'http://proxy', JDK_JAVA_OPTIONS: '-Xmx1g' };
  const ours = Object.fromEntries(SETTINGS.filter((name) => !(name in foreign)).map((name) => [name, 'hidden']));

  it('has what programs of others need, and no setting of ours', () => {
    const names = Object.keys(childEnvironment({ ...ours, TEMPORAL_API_KEY: 'hidden', ...foreign }));
    expect(names.filter((name) => name !== 'XDG_CACHE_HOME')).toEqual(Object.keys(foreign));
  });

  it('has the settings that the child needs nevertheless', () => {
    const environment = { ELASTICSEARCH_API_KEY: 'key', KIBANA_API_KEY: 'key', PAGE_PORT: '1' };
    expect(childEnvironment(environment, ['ELASTICSEARCH_'])).toEqual({ ELASTICSEARCH_API_KEY: 'key' });
  });
});
