import type { Client } from '@elastic/elasticsearch';
import type { RunReport } from '../../activities/contracts/report';
import type { TroubledPipeline } from '../../kibana/charts/rendered-panel';
import { SOURCES } from '../../kibana/model/source';
import type { PageRequest } from './page-request';
import { queryOf, TRANSPORT } from './time-range';

/** A longer list is not usable. */
const MAX_PIPELINES = 200;
const FIELDS = ['name', 'startedAt', 'reconciled', 'deadLetterFlood'] as const;
/** A report of an earlier version has no flood. */
type LastRun = Pick<RunReport, 'name' | 'startedAt' | 'reconciled'> & Partial<Pick<RunReport, 'deadLetterFlood'>>;

/** Searches for the pipelines whose last completed run was not reconciled, has too many dead letters, or indexed nothing. */
export async function troubledPipelines(
  elasticsearch: Client,
  { pipeline }: PageRequest['only'],
): Promise<readonly TroubledPipeline[]> {
  const { pattern: index, timeField } = SOURCES.runs;
  const { hits } = await elasticsearch.search<LastRun>(
    {
      index,
      size: MAX_PIPELINES,
      allow_partial_search_results: false,
      query: { bool: { filter: [{ exists: { field: 'run' } }, queryOf(pipeline === undefined ? {} : { pipeline })] } },
      collapse: { field: 'name' },
      sort: { [timeField]: { order: 'desc', unmapped_type: 'date' } },
      _source: [...FIELDS],
    },
    TRANSPORT,
  );
  return hits.hits.flatMap(({ _source }) => (_source === undefined ? [] : troubleOf(_source)));
}

/** Nothing if the run is what was intended. */
export function troubleOf({ name, startedAt, reconciled, deadLetterFlood: flood = null }: LastRun): TroubledPipeline[] {
  const started = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  if (!reconciled) return [{ pipeline: name, problem: `its run of ${started} is not reconciled` }];
  if (flood === null) return [];
  const { deadLetters, absent, records } = flood;
  const problem =
    absent > 0 && absent + deadLetters === records
      ? `${absent} of ${records} records of its run of ${started} have no value, and nothing was indexed`
      : `${deadLetters} of ${records} records of its run of ${started} became dead letters`;
  return [{ pipeline: name, problem }];
}
