import type { Config } from '../../workers/config';
import { elasticsearchEndpoint, kafkaEndpoint, pageEndpoint, temporalEndpoint } from './endpoints';
import { stateFolder } from './folders';
import { ProcessRecords } from './processes/process-records';
import { whyNotReady } from './readiness';

/** One server or program as it is now. */
export interface PartStatus {
  readonly name: string;
  /** Whether the stack starts it, or it runs elsewhere. */
  readonly managed: boolean;
  /** Undefined for the worker, which nobody connects to. */
  readonly address: string | undefined;
  /** Undefined when no process of ours runs. */
  readonly pid: number | undefined;
  /** Undefined when it answers, or for the worker, when it runs. */
  readonly problem: string | undefined;
  readonly log: string | undefined;
}

/** Asks every server and the page whether they serve, and looks whether the worker runs. */
export async function stackStatus(config: Config): Promise<PartStatus[]> {
  const running = new ProcessRecords(stateFolder(config)).running();
  const recordOf = (name: string): { pid?: number; log?: string } => running.find((each) => each.name === name) ?? {};
  const endpoints = [
    { ...temporalEndpoint(config), managed: config.TEMPORAL_ADDRESS === undefined },
    { ...kafkaEndpoint(config), managed: config.KAFKA_BROKERS === undefined },
    { ...elasticsearchEndpoint(config), managed: config.ELASTICSEARCH_NODE === undefined },
    { ...pageEndpoint(config), managed: true },
  ];
  const parts = endpoints.map(async (endpoint): Promise<PartStatus> => {
    const { name, address, managed } = endpoint;
    const { pid, log } = managed ? recordOf(name) : {};
    return { name, managed, address, pid, log, problem: await whyNotReady(endpoint) };
  });
  const { pid, log } = recordOf('worker');
  const problem = pid === undefined ? 'not running' : undefined;
  return [...(await Promise.all(parts)), { name: 'worker', managed: true, address: undefined, pid, log, problem }];
}

/** A table for people, one line for each part. */
export function describeStatus(parts: readonly PartStatus[]): string {
  const rows = parts.map(({ name, managed, pid, address, log, problem }) => [
    name,
    managed ? 'managed' : 'external',
    pid === undefined ? '-' : String(pid),
    address ?? '-',
    log ?? '-',
    problem ?? (address === undefined ? 'running' : 'answers'),
  ]);
  const table = [['part', 'kind', 'pid', 'address', 'log', 'state'], ...rows];
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(width(column))).join('  ');
  return table.map((row) => line(row).trimEnd()).join('\n');
}
