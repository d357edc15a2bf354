import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardsText } from '../../workers/write-dashboards';

describe('the import file of the dashboards', () => {
  it('is the one the model generates; `npm run kibana:build` writes it anew', () => {
    expect(readFileSync(join(__dirname, '..', '..', 'kibana', 'dashboards.ndjson'), 'utf8')).toBe(dashboardsText());
  });
});
