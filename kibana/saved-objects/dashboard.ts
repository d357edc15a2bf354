import { placesOf } from '../model/layout';
import type { Panel } from '../model/panel';
import { controls } from './controls';
import { lensPanel } from './lens-panel';
import { savedObject, type SavedObject } from './saved-object';

const REFRESH_MS = 30_000;

/** One dashboard of all panels; a demo's readings begin a day before its start, so two days are shown. */
export function dashboard(panels: readonly Panel[]): SavedObject {
  const places = placesOf(panels);
  const drawn = panels.flatMap((panel, index) => {
    const place = places[index];
    return place === undefined ? [] : [lensPanel(panel, place)];
  });
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
      panelsJSON: JSON.stringify(drawn.map(({ panel }) => panel)),
      controlGroupInput,
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }),
      },
    },
    [...drawn.map(({ reference }) => reference), ...references],
  );
}
