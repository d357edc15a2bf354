import { FILTER_FIELDS, SOURCES, type FilterName } from '../model/source';
import type { Reference } from './saved-object';

const TITLES: Readonly<Record<FilterName, string>> = { pipeline: 'Pipeline', device: 'Device', run: 'Run' };
const IGNORED = { ignoreFilters: false, ignoreQuery: false, ignoreTimerange: false, ignoreValidations: false };

/** Returns the controls above the panels: a list of values per filter, and a slider within the time range. */
export function controls(): { readonly controlGroupInput: object; readonly references: readonly Reference[] } {
  const filters = Object.keys(FILTER_FIELDS) as FilterName[];
  const lists = filters.map((filter, order) => [controlId(filter), listControl(filter, order)]);
  const explicitInput = { id: 'control-time' };
  const slider = { type: 'timeSlider', order: filters.length, grow: true, width: 'large', explicitInput };
  return {
    controlGroupInput: {
      controlStyle: 'oneLine',
      chainingSystem: 'HIERARCHICAL',
      showApplySelections: false,
      ignoreParentSettingsJSON: JSON.stringify(IGNORED),
      panelsJSON: JSON.stringify(Object.fromEntries([...lists, [explicitInput.id, slider]])),
    },
    references: filters.map((filter) => ({
      type: 'index-pattern',
      // Readings have the fields of all filters.
      id: SOURCES.readings.id,
      name: `controlGroup_${controlId(filter)}:optionsListDataView`,
    })),
  };
}

function controlId(filter: FilterName): string {
  return `control-${filter}`;
}

function listControl(filter: FilterName, order: number): object {
  const explicitInput = {
    id: controlId(filter),
    fieldName: FILTER_FIELDS[filter],
    title: TITLES[filter],
    selectedOptions: [],
    searchTechnique: 'prefix',
    sort: { by: '_key', direction: 'asc' },
  };
  return { type: 'optionsListControl', order, grow: true, width: 'medium', explicitInput };
}
