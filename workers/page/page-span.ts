import type { Client, estypes } from '@elastic/elasticsearch';
import type { Span } from '../../kibana/charts/span';
import { chosenBy } from '../../kibana/model/panel-search';
import { type SourceName, SOURCES } from '../../kibana/model/source';
import { bucketIntervalMs } from './bucket-interval';
import type { PageRequest } from './page-request';

/** Both are by the time of a reading: side by side they show the same stretch. */
const BY_EVENT_TIME: readonly SourceName[] = ['readings', 'windows'];

/** Whoever looks waits no longer, and asks again by itself. */
export const TRANSPORT = { requestTimeout: 10_000, maxRetries: 0 };

/** The stretch of time of each source: what was asked for, or else all that its documents cover. */
export async function spansOf(
  elasticsearch: Client,
  { times, only }: Pick<PageRequest, 'times' | 'only'>,
  nowMs: number,
): Promise<Readonly<Record<SourceName, Span>>> {
  const names = Object.keys(SOURCES) as SourceName[];
  const covered = new Map<SourceName, Times | null>();
  if (times === null) {
    await Promise.all(names.map(async (name) => covered.set(name, await coveredBy(elasticsearch, name, only))));
  }
  const spans = names.map((name) => {
    const alike = BY_EVENT_TIME.includes(name) ? BY_EVENT_TIME : [name];
    const all = unionOf(alike.map((each) => covered.get(each)));
    return [name, spanOf(times ?? all ?? { fromMs: nowMs, toMs: nowMs + 1 })] as const;
  });
  return Object.fromEntries(spans) as Record<SourceName, Span>;
}

/** Only documents that were chosen, of whatever time. */
export function queryOf(only: PageRequest['only']): estypes.QueryDslQueryContainer {
  return { bool: { filter: chosenBy(only) } };
}

type Times = NonNullable<PageRequest['times']>;

async function coveredBy(elasticsearch: Client, source: SourceName, only: PageRequest['only']): Promise<Times | null> {
  const { pattern: index, timeField: field } = SOURCES[source];
  const aggs = { first: { min: { field } }, last: { max: { field } } };
  const request = { index, size: 0, allow_partial_search_results: false, query: queryOf(only), aggs };
  const { aggregations } = await elasticsearch.search<
    unknown,
    Record<'first' | 'last', estypes.AggregationsMinAggregate>
  >(request, TRANSPORT);
  const [first, last] = [aggregations?.first.value, aggregations?.last.value];
  return typeof first === 'number' && typeof last === 'number' ? { fromMs: first, toMs: last + 1 } : null;
}

function unionOf(all: readonly (Times | null | undefined)[]): Times | null {
  const times = all.filter((each) => each !== null && each !== undefined);
  if (times.length === 0) return null;
  return {
    fromMs: Math.min(...times.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...times.map(({ toMs }) => toMs)),
  };
}

function spanOf({ fromMs, toMs }: Times): Span {
  return { fromMs, toMs, intervalMs: bucketIntervalMs(toMs - fromMs) };
}
