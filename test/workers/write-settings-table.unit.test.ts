import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsSchema } from '../../workers/config';
import { withSettingsTable } from '../../workers/write-settings-table';

const readme = readFileSync(join(__dirname, '..', '..', 'deploy', 'README.md'), 'utf8');

describe('the table of environment variables in deploy/README.md', () => {
  it('matches the settings of the code; `npm run settings` regenerates it', () => {
    expect(readme).toBe(withSettingsTable(readme));
  });

  it.each(Object.entries(settingsSchema.shape))('describes %s', (_name, schema) => {
    expect(schema.description).toMatch(/\.$/);
  });
});
