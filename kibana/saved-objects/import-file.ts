import { panelsOf } from '../model/panels';
import { SOURCES } from '../model/source';
import type { Measurement } from '../../activities/contracts/measurement';
import { dashboard } from './dashboard';
import { dataView } from './data-view';

/** The file that Kibana imports: one saved object a line, data views before the dashboard that refers to them. */
export function importFile(measurements: readonly Measurement[]): string {
  const objects = [...Object.values(SOURCES).map(dataView), dashboard(panelsOf(measurements))];
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}
