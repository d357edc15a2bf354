import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dashboardsText } from '../../workers/write-dashboards';

describe('the import file of the dashboards', () => {
  it('matches the model; `npm run kibana:build` regenerates it', () => {
    expect(readFileSync(join(__dirname, '..', '..', 'kibana', 'dashboards.ndjson'), 'utf8')).toBe(dashboardsText());
  });
});
