/** The indices that panels ask, over all pipelines: of all pipelines; each pipeline has the aliases `pipeline.<name>.readings` and so on. */
export type SourceName = 'readings' | 'windows' | 'deadLetters' | 'runs';

/** What a person may narrow a dashboard down by, beside its time range. */
export type FilterName = 'pipeline' | 'device' | 'run';

export interface Source {
  /** Of the data view in Kibana. */
  readonly id: string;
  readonly title: string;
  /** Index pattern; matches aliases, never the versioned indices behind them. */
  readonly pattern: string;
  /** Date field that the time range of a dashboard applies to. */
  readonly timeField: string;
  /** Filters whose field its documents have; any other one leaves nothing. */
  readonly filters: readonly FilterName[];
}

export const SOURCES: Readonly<Record<SourceName, Source>> = {
  readings: {
    id: 'pipeline-readings',
    title: 'Pipeline readings',
    pattern: 'pipeline.*.readings',
    timeField: 'timestamp',
    filters: ['pipeline', 'device', 'run'],
  },
  windows: {
    id: 'pipeline-windows',
    title: 'Pipeline windows',
    pattern: 'pipeline.*.windows',
    timeField: 'windowStart',
    filters: ['pipeline', 'device', 'run'],
  },
  deadLetters: {
    id: 'pipeline-dead-letters',
    title: 'Pipeline dead letters',
    pattern: 'pipeline.*.dead-letters',
    // What a record that cannot be read says about its time is unknown: the time at which it was given up.
    timeField: 'provenance.processedAt',
    filters: ['pipeline', 'run'],
  },
  runs: {
    id: 'pipeline-runs',
    title: 'Pipeline runs',
    pattern: 'pipeline.*.runs',
    timeField: 'startedAt',
    filters: ['pipeline', 'run'],
  },
};

/** One field name in all indices, so that one choice narrows every panel. */
export const FILTER_FIELDS: Readonly<Record<FilterName, string>> = {
  pipeline: 'provenance.pipeline',
  device: 'deviceId',
  run: 'provenance.run',
};
