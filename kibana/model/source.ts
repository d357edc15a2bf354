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
  readings: {
    id: 'pipeline-readings',
    title: 'Pipeline readings',
    pattern: 'pipeline.*.readings',
    timeField: 'timestamp',
  },
  windows: {
    id: 'pipeline-windows',
    title: 'Pipeline windows',
    pattern: 'pipeline.*.windows',
    timeField: 'windowStart',
  },
  deadLetters: {
    id: 'pipeline-dead-letters',
    title: 'Pipeline dead letters',
    pattern: 'pipeline.*.dead-letters',
    // The event time of an unreadable record is unknown.
    timeField: 'provenance.processedAt',
  },
  runs: {
    id: 'pipeline-runs',
    title: 'Pipeline runs',
    pattern: 'pipeline.*.runs',
    timeField: 'startedAt',
  },
};

/** The same field name in all indices, so that one filter applies to every panel. */
export const FILTER_FIELDS: Readonly<Record<FilterName, string>> = {
  pipeline: 'provenance.pipeline',
  device: 'deviceId',
  run: 'provenance.run',
};
