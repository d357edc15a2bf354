import type { Client, estypes } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../../activities/elasticsearch/elasticsearch-failure';
import type { PageAnswer } from '../../kibana/charts/page-answer';
import { showPanel, type ShownPanel } from '../../kibana/charts/shown-panel';
import type { Span } from '../../kibana/charts/span';
import type { Panel } from '../../kibana/model/panel';
import { panelRows } from '../../kibana/model/panel-rows';
import { panelSearch } from '../../kibana/model/panel-search';
import { FILTER_FIELDS, SOURCES } from '../../kibana/model/source';
import { PANELS } from './page-panels';
import type { PageRequest } from './page-request';
import { queryOf, spansOf, TRANSPORT } from './page-span';

/** More of them nobody finds in a list. */
const MAX_CHOICES = 200;

/**
 * Asks Elasticsearch for everything that one look at the page shows.
 *
 * @throws ServiceUnavailable when it does not answer
 * @throws IndexMisconfigured when it refuses a search
 */
export async function searchPage(elasticsearch: Client, request: PageRequest, nowMs: number): Promise<PageAnswer> {
  try {
    const spans = await spansOf(elasticsearch, request, nowMs);
    const wanted = PANELS.filter(({ id }) => request.panels.includes(id));
    const [choices, ...shown] = await Promise.all([
      choicesOf(elasticsearch, request.only),
      ...wanted.map((panel) => searchPanel(elasticsearch, panel, spans[panel.source], request.only)),
    ]);
    return {
      at: new Date(nowMs).toISOString(),
      span: timesOf(spans.readings),
      documents: shown.reduce((sum, { documents }) => sum + documents, 0),
      ...choices,
      panels: Object.fromEntries(shown.map(({ id, panel }) => [id, panel])),
    };
  } catch (error) {
    throw elasticsearchFailure(error, 'Searching for the panels');
  }
}

async function searchPanel(
  elasticsearch: Client,
  panel: Panel,
  span: Span,
  only: PageRequest['only'],
): Promise<{ readonly id: string; readonly documents: number; readonly panel: ShownPanel }> {
  const search = panelSearch(panel, { ...timesOf(span), interval: `${span.intervalMs}ms`, only });
  const { hits, aggregations } = await elasticsearch.search(search, TRANSPORT);
  const documents = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0);
  const rows = documents === 0 ? [] : panelRows(panel, aggregations);
  return { id: panel.id, documents, panel: showPanel(panel, rows, span) };
}

function timesOf({ fromMs, toMs }: Span): PageAnswer['span'] {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

interface Choices {
  readonly pipeline: estypes.AggregationsStringTermsAggregate;
  readonly ofPipeline: { readonly device: estypes.AggregationsStringTermsAggregate };
  readonly chosen: { readonly newest: estypes.AggregationsMaxAggregate };
}

/** Pipelines that have readings, and devices of the chosen one. */
async function choicesOf(
  elasticsearch: Client,
  only: PageRequest['only'],
): Promise<Pick<PageAnswer, 'choices' | 'newestReading'>> {
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
        ofPipeline: {
          filter: queryOf(pipeline === undefined ? {} : { pipeline }),
          aggs: { device: values(FILTER_FIELDS.device) },
        },
        chosen: { filter: queryOf(only), aggs: { newest: { max: { field: timeField } } } },
      },
    },
    TRANSPORT,
  );
  const newest = aggregations?.chosen.newest.value;
  return {
    newestReading: typeof newest === 'number' ? new Date(newest).toISOString() : null,
    choices: { pipeline: keysOf(aggregations?.pipeline), device: keysOf(aggregations?.ofPipeline.device) },
  };
}

function keysOf(aggregate: estypes.AggregationsStringTermsAggregate | undefined): readonly string[] {
  const buckets = (aggregate?.buckets ?? []) as readonly estypes.AggregationsStringTermsBucket[];
  return buckets.map(({ key }) => String(key));
}
