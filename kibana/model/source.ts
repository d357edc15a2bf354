/** The indices that panels search, of all pipelines: the aliases `pipeline.*.readings` and so on. */
export type SourceName = 'readings' | 'windows' | 'deadLetters' | 'runs';

/** The filters of a dashboard, in addition to its time range. */
export type FilterName = 'pipeline' | 'device' | 'run';

export interface Source {
  /** Id of the data view in Kibana. */
  readonly id: string;
  readonly title: string;
  /** Index pattern; matches aliases, never their backing indices. */
  readonly pattern: string;
  /** Date field that the time range of a dashboard applies to. */
  readonly timeField: string;
}

export const SOURCES: Readonly<Record<SourceName, Source>> = {
  readings: source('readings', 'timestamp'),
  windows: source('windows', 'windowStart'),
  // The event time of an unreadable record is unknown.
  deadLetters: source('dead-letters', 'provenance.processedAt'),
  runs: source('runs', 'startedAt'),
};

function source(alias: string, timeField: string): Source {
  const title = `Pipeline ${alias.replace('-', ' ')}`;
  return { id: `pipeline-${alias}`, title, pattern: `pipeline.*.${alias}`, timeField };
}

/** The same field name in all indices, so that one filter applies to every panel. */
export const FILTER_FIELDS: Readonly<Record<FilterName, string>> = {
  pipeline: 'provenance.pipeline',
  device: 'deviceId',
  run: 'provenance.run',
};
