import type { Client, estypes } from '@elastic/elasticsearch';
import type { TimeRange } from '../../kibana/charts/points';
import { filterClauses } from '../../kibana/model/panel-search';
import { type SourceName, SOURCES } from '../../kibana/model/source';
import type { PageRequest } from './page-request';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** This many fit side by side on a phone. */
const MAX_BUCKETS = 60;

/** Windows are a minute long by default: shorter buckets would be empty. */
const INTERVALS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7].map((days) => days * DAY_MS),
];

/** Both are ordered by the time of a reading, so they share one time range. */
const BY_EVENT_TIME: readonly SourceName[] = ['readings', 'windows'];

/** Short, since the page repeats the search by itself. */
export const TRANSPORT = { requestTimeout: 10_000, maxRetries: 0 };

/** Returns the time range of each source: the requested one, else the range that its documents cover. */
export async function timeRangesOf(
  elasticsearch: Client,
  { times, only }: Pick<PageRequest, 'times' | 'only'>,
  nowMs: number,
): Promise<Readonly<Record<SourceName, TimeRange>>> {
  const names = Object.keys(SOURCES) as SourceName[];
  const coveredBy = (name: SourceName) => (times === null ? coveredTimes(elasticsearch, name, only) : [times]);
  const covered = new Map(await Promise.all(names.map(async (name) => [name, await coveredBy(name)] as const)));
  const ranges = names.map((name) => {
    const related = BY_EVENT_TIME.includes(name) ? BY_EVENT_TIME : [name];
    const all = related.flatMap((each) => covered.get(each) ?? []);
    const fromMs = all.length === 0 ? nowMs : Math.min(...all.map((each) => each.fromMs));
    const toMs = all.length === 0 ? nowMs + 1 : Math.max(...all.map((each) => each.toMs));
    return [name, { fromMs, toMs, intervalMs: bucketIntervalMs(toMs - fromMs) }] as const;
  });
  return Object.fromEntries(ranges) as Record<SourceName, TimeRange>;
}

/** Returns the shortest interval that divides a time range into at most 60 buckets. */
export function bucketIntervalMs(lengthMs: number): number {
  const minimumMs = lengthMs / MAX_BUCKETS;
  return INTERVALS_MS.find((intervalMs) => intervalMs >= minimumMs) ?? Math.ceil(minimumMs / DAY_MS) * DAY_MS;
}

/** Matches the selected documents of all times. */
export function queryOf(only: PageRequest['only']): estypes.QueryDslQueryContainer {
  return { bool: { filter: filterClauses(only) } };
}

type Times = NonNullable<PageRequest['times']>;

/** Returns the times from the first to the last document; empty if there is none. */
async function coveredTimes(elasticsearch: Client, source: SourceName, only: PageRequest['only']): Promise<Times[]> {
  const { pattern: index, timeField: field } = SOURCES[source];
  const aggs = { first: { min: { field } }, last: { max: { field } } };
  const request = { index, size: 0, allow_partial_search_results: false, query: queryOf(only), aggs };
  type Extremes = Record<'first' | 'last', estypes.AggregationsMinAggregate>;
  const { aggregations } = await elasticsearch.search<unknown, Extremes>(request, TRANSPORT);
  const [first, last] = [aggregations?.first.value, aggregations?.last.value];
  return typeof first === 'number' && typeof last === 'number' ? [{ fromMs: first, toMs: last + 1 }] : [];
}
