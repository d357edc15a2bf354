import { childEnvironment } from '../../workers/child-environment';
import { SETTINGS } from '../../workers/config';

describe('childEnvironment', () => {
  const foreign = { PATH: '/bin', JAVA_HOME: '/java', HTTP_PROXY: 'http://proxy', JDK_JAVA_OPTIONS: '-Xmx1g' };
  const ours = Object.fromEntries(SETTINGS.filter((name) => !(name in foreign)).map((name) => [name, 'hidden']));

  it('has what programs of others need, and no setting of ours', () => {
    const folders = ['HOME', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'APPDATA'];
    const environment = childEnvironment({ ...ours, TEMPORAL_CODEC_AUTH: 'hidden', ...foreign });
    expect(environment).toMatchObject(foreign);
    expect(new Set(Object.keys(environment))).toEqual(new Set([...Object.keys(foreign), ...folders]));
  });

  it('has the settings that the child needs nevertheless', () => {
    const environment = { ELASTICSEARCH_API_KEY: 'key', KIBANA_API_KEY: 'key', PAGE_PORT: '1' };
    expect(childEnvironment(environment, ['ELASTICSEARCH_'])).toEqual({ ELASTICSEARCH_API_KEY: 'key' });
  });
});
