import type { Client, estypes } from '@elastic/elasticsearch';
import type { DeadLetter } from '../contracts/record';
import type { DeadLetterSummary } from '../contracts/report';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { PROVENANCE_FIELD } from '../elasticsearch/provenance';

const MAX_REASONS = 3;
const FIELDS = ['stage', 'reason', 'topic', 'partition', 'offset', 'detail'] as const;

type Shown = Pick<DeadLetter, (typeof FIELDS)[number]>;
type ByReason = Readonly<Record<'reasons', estypes.AggregationsStringTermsAggregate>>;
type ByStage = Readonly<
  Record<'stages', estypes.AggregationsTermsAggregateBase<estypes.AggregationsStringTermsBucket & ByReason>>
>;

export interface DeadLetterSummaryInput {
  /** Alias of the dead letters. */
  readonly alias: string;
  readonly run: string;
}

/**
 * Returns the commonest reasons of a run's unresolved dead letters and the first of them, without any value of a record.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects the request
 */
export async function deadLetterSummary(
  elasticsearch: Client,
  { alias, run }: DeadLetterSummaryInput,
): Promise<DeadLetterSummary> {
  const [isOfRun, resolvedAt] = [{ term: { [`${PROVENANCE_FIELD}.run`]: run } }, `${PROVENANCE_FIELD}.resolvedAt`];
  const query = { bool: { filter: [isOfRun], must_not: [{ exists: { field: resolvedAt } }] } };
  const sort = ['processedAt', 'offset'].map((field) => ({ [`${PROVENANCE_FIELD}.${field}`]: 'asc' as const }));
  const reasons = { terms: { field: 'reason', size: MAX_REASONS } };
  const stages = { terms: { field: 'stage' }, aggregations: { reasons } };
  const search = { index: alias, size: 1, query, sort, _source: [...FIELDS], aggregations: { stages } };
  try {
    const { hits, aggregations } = await elasticsearch.search<Shown, ByStage>(search);
    const counts = bucketsOf(aggregations?.stages).flatMap((stage) =>
      bucketsOf(stage.reasons).map(
        ({ key, doc_count: count }) => [`${String(stage.key)}:${String(key)}`, count] as const,
      ),
    );
    const commonest = counts.sort(([, one], [, other]) => other - one).slice(0, MAX_REASONS);
    const [first] = hits.hits;
    return {
      byReason: Object.fromEntries(commonest),
      example: first?._source === undefined ? null : exampleText(first._source),
    };
  } catch (error) {
    throw elasticsearchFailure(error, `Looking for dead letters of run ${run} in ${alias}`, { index: alias });
  }
}

/** Elasticsearch answers with an array, since the aggregations have no keys. */
function bucketsOf<Bucket>(terms: estypes.AggregationsTermsAggregateBase<Bucket> | undefined): readonly Bucket[] {
  return Array.isArray(terms?.buckets) ? terms.buckets : [];
}

/** At stage `source` the offset is a position in the source, such as `row 17`. */
function exampleText({ stage, reason, topic, partition, offset, detail }: Shown): string {
  const place = partition === undefined ? offset : `${topic} partition ${partition} offset ${offset}`;
  return `${place}, ${stage}:${reason}${detail === undefined ? '' : `, ${detail}`}`;
}
