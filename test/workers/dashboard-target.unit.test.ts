import { loadConfig } from '../../workers/config';
import { dashboardTargetOf } from '../../workers/dashboard-target';

const KIBANA_URL = 'https://kibana.example:5601';

describe('dashboardTargetOf', () => {
  it('is nothing where no Kibana is named', () => {
    expect(dashboardTargetOf(loadConfig({ KIBANA_API_KEY: 'key' }))).toBeNull();
  });

  it('sends an API key, or else a name and a password, or nothing', () => {
    const authorization = (env: NodeJS.ProcessEnv) =>
      dashboardTargetOf(loadConfig({ KIBANA_URL, ...env }))?.authorization;
    const user = { KIBANA_USERNAME: 'elastic', KIBANA_PASSWORD: 'pass:word' };
    expect(authorization({})).toBeNull();
    expect(authorization(user)).toBe(`Basic ${btoa('elastic:pass:word')}`);
    expect(authorization({ KIBANA_API_KEY: 'a2V5' })).toBe('ApiKey a2V5');
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['a password without a name', { KIBANA_PASSWORD: 'secret' }],
    ['a name without a password', { KIBANA_USERNAME: 'elastic' }],
    ['a key beside a name', { KIBANA_API_KEY: 'secret', KIBANA_USERNAME: 'elastic', KIBANA_PASSWORD: 'secret' }],
    ['credentials in the address', { KIBANA_URL: 'https://elastic:secret@kibana.example' }],
  ])('refuses %s without telling it', (_, env) => {
    const load = () => loadConfig({ KIBANA_URL, ...env });
    expect(load).toThrow(/KIBANA_/);
    expect(load).not.toThrow(/secret/);
  });
});
