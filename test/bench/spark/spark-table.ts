import { alignedColumns } from '../../support/aligned-columns';

/** What the Spark job of one commit costs. */
export interface SparkCost {
  /** Per million records, after the first micro-batch. */
  readonly steadyCpuSeconds: number;
  /** Per million records, the start of the driver included. */
  readonly wholeCpuSeconds: number;
  readonly rowsPerSecond: number;
  /** From the start of the driver's process to its first record in Kafka. */
  readonly firstOutputMs: number;
  readonly sparkMs: number;
  /** Of the whole bounded run, with source, indexing and proof. */
  readonly runMs: number;
  /** Used by the driver of a live run of 1,000 readings per second. */
  readonly cores: number;
  /** From publishing to processed, in that run. */
  readonly latencyP50Ms: number;
  readonly latencyP95Ms: number;
  /** Median duration of micro-batches of 400 records that follow one another without a pause. */
  readonly smallBatchMs: number;
}

const ROWS: readonly (readonly [heading: string, field: keyof SparkCost, digits: number])[] = [
  ['CPU s per million, steady', 'steadyCpuSeconds', 1],
  ['CPU s per million, whole run', 'wholeCpuSeconds', 1],
  ['records/s', 'rowsPerSecond', 0],
  ['first output after ms', 'firstOutputMs', 0],
  ['Spark stage ms', 'sparkMs', 0],
  ['whole run ms', 'runMs', 0],
  ['live 1,000/s: cores', 'cores', 2],
  ['live 1,000/s: latency p50 ms', 'latencyP50Ms', 0],
  ['live 1,000/s: latency p95 ms', 'latencyP95Ms', 0],
  ['micro-batch of 400: median ms', 'smallBatchMs', 0],
];

/** One column per commit, and the ratio of the last to the first if there are two. */
export function sparkTable(costs: ReadonlyMap<string, SparkCost>, readings: number): string {
  const columns = [...costs.values()];
  const [first, second] = columns;
  const rows = ROWS.map(([heading, field, digits]) => {
    const ratio = first === undefined || second === undefined ? [] : [(second[field] / first[field]).toFixed(2)];
    return [heading, ...columns.map((cost) => cost[field].toFixed(digits)), ...ratio];
  });
  const ratioHeading = columns.length === 2 ? ['ratio'] : [];
  const lines = alignedColumns([['spark', ...costs.keys(), ...ratioHeading], ...rows]);
  return [...lines, '', `${readings} readings in the bounded run`, ''].join('\n');
}
