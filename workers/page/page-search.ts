import type { Client, estypes } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../../activities/elasticsearch/elasticsearch-failure';
import type { TimeRange } from '../../kibana/charts/points';
import { type PageResponse, type RenderedPanel, renderPanel } from '../../kibana/charts/rendered-panel';
import type { Panel } from '../../kibana/model/panel';
import { panelRows, panelSearch } from '../../kibana/model/panel-search';
import { FILTER_FIELDS, SOURCES } from '../../kibana/model/source';
import { type PageRequest, PANELS } from './page-request';
import { queryOf, timeRangesOf, TRANSPORT } from './time-range';
import { troubledPipelines } from './troubled-pipelines';

/** A longer list is not usable. */
const MAX_CHOICES = 200;

/**
 * Runs the searches of the requested panels, of the filter lists and of the pipelines in trouble.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer, IndexMisconfigured when it rejects a search
 */
export async function searchPage(elasticsearch: Client, request: PageRequest, nowMs: number): Promise<PageResponse> {
  try {
    const ranges = await timeRangesOf(elasticsearch, request, nowMs);
    const requested = PANELS.filter(({ id }) => request.panels.includes(id));
    const [choices, troubled, ...rendered] = await Promise.all([
      choicesOf(elasticsearch, request.only),
      troubledPipelines(elasticsearch, request.only),
      ...requested.map((panel) => searchPanel(elasticsearch, panel, ranges[panel.source], request.only)),
    ]);
    return {
      at: new Date(nowMs).toISOString(),
      timeRange: timesOf(ranges.readings),
      documents: rendered.reduce((sum, { documents }) => sum + documents, 0),
      ...choices,
      troubled,
      panels: Object.fromEntries(rendered.map(({ id, panel }) => [id, panel])),
    };
  } catch (error) {
    throw elasticsearchFailure(error, 'Searching for the panels');
  }
}

async function searchPanel(
  elasticsearch: Client,
  panel: Panel,
  range: TimeRange,
  only: PageRequest['only'],
): Promise<{ readonly id: string; readonly documents: number; readonly panel: RenderedPanel }> {
  const search = panelSearch(panel, { ...timesOf(range), interval: `${range.intervalMs}ms`, only });
  const { hits, aggregations } = await elasticsearch.search(search, TRANSPORT);
  const documents = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0);
  const rows = documents === 0 ? [] : panelRows(panel, aggregations);
  return { id: panel.id, documents, panel: renderPanel(panel, rows, range) };
}

function timesOf({ fromMs, toMs }: TimeRange): PageResponse['timeRange'] {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

interface Choices {
  readonly pipeline: estypes.AggregationsStringTermsAggregate;
  readonly inPipeline: { readonly device: estypes.AggregationsStringTermsAggregate };
  readonly selected: { readonly newest: estypes.AggregationsMaxAggregate };
}

/** Searches for the pipelines that have readings, the devices of the selected one, and its newest reading. */
async function choicesOf(
  elasticsearch: Client,
  only: PageRequest['only'],
): Promise<Pick<PageResponse, 'choices' | 'newestReading'>> {
  const { pipeline } = only;
  const { pattern: index, timeField } = SOURCES.readings;
  const values = (field: string): object => ({ terms: { field, size: MAX_CHOICES, order: { _key: 'asc' } } });
  const { aggregations } = await elasticsearch.search<unknown, Choices>(
    {
      index,
      size: 0,
      allow_partial_search_results: false,
      aggs: {
        pipeline: values(FILTER_FIELDS.pipeline),
        inPipeline: {
          filter: queryOf(pipeline === undefined ? {} : { pipeline }),
          aggs: { device: values(FILTER_FIELDS.device) },
        },
        selected: { filter: queryOf(only), aggs: { newest: { max: { field: timeField } } } },
      },
    },
    TRANSPORT,
  );
  const newest = aggregations?.selected.newest.value;
  return {
    newestReading: typeof newest === 'number' ? new Date(newest).toISOString() : null,
    choices: { pipeline: keysOf(aggregations?.pipeline), device: keysOf(aggregations?.inPipeline.device) },
  };
}

function keysOf(aggregate: estypes.AggregationsStringTermsAggregate | undefined): readonly string[] {
  const buckets = (aggregate?.buckets ?? []) as readonly estypes.AggregationsStringTermsBucket[];
  return buckets.map(({ key }) => String(key));
}
