/**
 * Writes `kibana/dashboards.ndjson`, the import file for Kibana, for the default measurements.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_MEASUREMENTS } from '../activities/contracts/measurement';
import { importFile } from '../kibana/saved-objects/import-file';

export function dashboardsText(): string {
  return importFile(DEFAULT_MEASUREMENTS);
}

if (require.main === module) {
  writeFileSync(join(__dirname, '..', 'kibana', 'dashboards.ndjson'), dashboardsText());
}
