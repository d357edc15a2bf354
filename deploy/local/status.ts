import type { Config } from '../../workers/config';
import { type Endpoint, endpointsOf, whyNotReady } from './endpoints';
import { stateFolder } from './folders';
import { ProcessRecords } from './processes/process-records';

/** The current state of one server or program. */
export interface PartStatus extends Pick<Endpoint, 'name' | 'managed'> {
  /** Undefined for the worker, which has no address. */
  readonly address: string | undefined;
  /** Undefined if the stack runs no process for it. */
  readonly pid: number | undefined;
  /** Undefined if it is ready, or for the worker, if it runs. */
  readonly problem: string | undefined;
  readonly log: string | undefined;
}

/**
 * Probes every server and the page, and checks whether the worker runs.
 *
 * @param clients - the settings with which the servers are probed
 */
export async function stackStatus(config: Config, clients = config): Promise<PartStatus[]> {
  const running = new ProcessRecords(stateFolder(config)).running();
  const recordOf = (name: string): { pid?: number; log?: string } => running.find((each) => each.name === name) ?? {};
  const parts = Object.values(endpointsOf(config, clients)).map(async (endpoint): Promise<PartStatus> => {
    const { name, address, managed } = endpoint;
    const { pid, log } = managed ? recordOf(name) : {};
    return { name, managed, address, pid, log, problem: await whyNotReady(endpoint) };
  });
  const { pid, log } = recordOf('worker');
  const problem = pid === undefined ? 'not running' : undefined;
  return [...(await Promise.all(parts)), { name: 'worker', managed: true, address: undefined, pid, log, problem }];
}

/** Formats the status as a table with one line per part. */
export function describeStatus(parts: readonly PartStatus[]): string {
  const rows = parts.map(({ name, managed, pid, address, log, problem }) => [
    name,
    managed ? 'managed' : 'external',
    pid === undefined ? '-' : String(pid),
    address ?? '-',
    log ?? '-',
    problem ?? (address === undefined ? 'running' : 'ready'),
  ]);
  const table = [['part', 'kind', 'pid', 'address', 'log', 'state'], ...rows];
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const line = (row: readonly string[]): string => row.map((cell, column) => cell.padEnd(width(column))).join('  ');
  return table.map((row) => line(row).trimEnd()).join('\n');
}
