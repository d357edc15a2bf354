import type { Measurement } from '../../activities/contracts/measurement';
import type { Panel } from '../model/panel';
import { panelsOf } from '../model/panels';
import { type Source, SOURCES } from '../model/source';
import { controls } from './controls';
import { type GridPosition, lensPanel } from './lens-panel';
import { type SavedObject, savedObject } from './saved-object';

const DASHBOARD_COLUMNS = 48;
const REFRESH_MS = 30_000;

/** Returns the file that Kibana imports: one saved object per line, data views before the dashboard that uses them. */
export function importFile(measurements: readonly Measurement[]): string {
  const objects = [...Object.values(SOURCES).map(dataView), dashboard(panelsOf(measurements))];
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

/** A data view of the aliases of all pipelines; Kibana reads its fields from Elasticsearch. */
function dataView({ id, title, pattern, timeField }: Source): SavedObject {
  return savedObject('index-pattern', id, {
    title: pattern,
    name: title,
    timeFieldName: timeField,
    allowHidden: false,
    fields: '[]',
    fieldAttrs: '{}',
    fieldFormatMap: '{}',
    runtimeFieldMap: '{}',
    sourceFilters: '[]',
    typeMeta: '{}',
  });
}

/** Shows two days, since the readings of a demo start a day before its run. */
function dashboard(panels: readonly Panel[]): SavedObject {
  const lensPanels = gridPositions(panels).map(({ panel, position }) => lensPanel(panel, position));
  const { controlGroupInput, references } = controls();
  return savedObject(
    'dashboard',
    'pipeline-overview',
    {
      title: 'Streaming pipeline',
      description: 'Readings, anomalies, dead letters, latency and proven runs of all pipelines.',
      version: 1,
      timeRestore: true,
      timeFrom: 'now-2d',
      timeTo: 'now',
      refreshInterval: { pause: false, value: REFRESH_MS },
      optionsJSON: JSON.stringify({
        useMargins: true,
        syncColors: false,
        syncCursor: true,
        syncTooltips: false,
        hidePanelTitles: false,
      }),
      panelsJSON: JSON.stringify(lensPanels.map(({ panel }) => panel)),
      controlGroupInput,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
      },
    },
    [...lensPanels.map(({ reference }) => reference), ...references],
  );
}

/** Places panels from left to right, and starts a new row if one does not fit. */
function gridPositions(panels: readonly Panel[]): readonly { panel: Panel; position: GridPosition }[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel) => {
    const { width: w, height: h } = panel;
    if (x + w > DASHBOARD_COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const position = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return { panel, position };
  });
}
