import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { lensSearch, savedRows, type SavedRow } from './lens-search';
import { savedObjectSchema, type CheckedDashboard, type CheckedDataView } from './saved-object-schema';

const UNAVAILABLE = 503;
const MAX_TRIES = 100;
const PAUSE_MS = 200;

const saved = readFileSync(join(__dirname, '..', '..', 'kibana', 'dashboards.ndjson'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => savedObjectSchema.parse(JSON.parse(line)));
const views = saved.filter((object): object is CheckedDataView => object.type === 'index-pattern');

export const [dashboard] = saved.filter((object): object is CheckedDashboard => object.type === 'dashboard');
export const panels = dashboard?.attributes.panelsJSON ?? [];

export interface SavedPanel {
  readonly attributes: CheckedDashboard['attributes']['panelsJSON'][number]['embeddableConfig']['attributes'];
  readonly view: CheckedDataView;
}

/** A panel as the shipped file has it, with the data view that it looks at. */
export function savedPanel(id: string): SavedPanel {
  const found = panels.find(({ panelIndex }) => panelIndex === id);
  if (found === undefined) throw new Error(`expected a panel ${id}`);
  const { attributes } = found.embeddableConfig;
  const view = views.find((object) => object.id === attributes.references[0]?.id);
  if (view === undefined) throw new Error(`expected a data view of panel ${id}`);
  return { attributes, view };
}

/** A data view covers all pipelines, and another suite may be creating an index, whose shard is not ready yet. */
export async function searchAllPipelines(
  elasticsearch: Client,
  search: estypes.SearchRequest,
): Promise<estypes.SearchResponse> {
  for (let tries = 1; ; tries++) {
    try {
      return await elasticsearch.search(search);
    } catch (error) {
      if (!(error instanceof errors.ResponseError) || error.statusCode !== UNAVAILABLE || tries === MAX_TRIES)
        throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** What Kibana shows of a panel as it is saved: its search, translated, and the answer as it reads it. */
export async function shownByKibana(
  elasticsearch: Client,
  id: string,
  look: Omit<Parameters<typeof lensSearch>[1], 'timeField'>,
): Promise<SavedRow[]> {
  const { attributes, view } = savedPanel(id);
  const { title: index, timeFieldName: timeField } = view.attributes;
  const body = lensSearch(attributes, { timeField, ...look });
  const search = { index, allow_partial_search_results: false, ...body };
  const { aggregations } = await searchAllPipelines(elasticsearch, search);
  return savedRows(attributes, aggregations);
}
