import type { Measurement } from '../../activities/contracts/measurement';
import type { Panel } from '../model/panel';
import { FULL_WIDTH, panelsOf } from '../model/panels';
import { type Source, SOURCES } from '../model/source';
import { controls } from './controls';
import { lensPanel } from './lens-panel';
import { savedObject } from './saved-object';

const REFRESH_MS = 30_000;
const NO_FILTER = { query: { query: '', language: 'kuery' }, filter: [] };

/** Returns the file that Kibana imports: one saved object per line, data views before the dashboard that uses them. */
export function importFile(measurements: readonly Measurement[]): string {
  const objects = [...Object.values(SOURCES).map(dataView), dashboard(panelsOf(measurements))];
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

/** A data view of the aliases of all pipelines; Kibana reads its fields from Elasticsearch. */
function dataView({ id, title, pattern, timeField }: Source): object {
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
function dashboard(panels: readonly Panel[]): object {
  const lensPanels = onGrid(panels);
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
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(NO_FILTER) },
    },
    [...lensPanels.map(({ reference }) => reference), ...references],
  );
}

/** Places panels from left to right, and starts a new row if one does not fit. */
function onGrid(panels: readonly Panel[]): ReturnType<typeof lensPanel>[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel) => {
    const { width: w, height: h } = panel;
    if (x + w > FULL_WIDTH) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const position = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return lensPanel(panel, position);
  });
}
