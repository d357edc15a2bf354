import { join } from 'node:path';
import type { Config } from '../../workers/config';
import { stateFolder } from './folders';
import { ChildRecords } from './processes/child-record';
import { pageAt } from './page';
import { residentBytes } from './processes/memory';
import { whyNotReady } from './readiness';
import { elasticsearchAt } from './servers/elasticsearch';
import { kafkaAt } from './servers/kafka';
import type { Reachable } from './servers/server';
import { temporalAt } from './servers/temporal';
import { WORKER_NAME } from './worker';

/** One server or companion as it is now. */
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
  /** Of the process and all that it started in its group; 0 when it is not ours. */
  readonly residentBytes: number;
  readonly dataFolder: string | undefined;
}

/** Asks every server and the page whether they serve, and looks whether the worker runs. */
export async function stackStatus(config: Config): Promise<PartStatus[]> {
  const folder = stateFolder(config);
  const records = new ChildRecords(folder).running();
  const server = async (reachable: Reachable, external: boolean): Promise<PartStatus> => {
    const { name, address } = reachable;
    const pid = external ? undefined : records.find((record) => record.name === name)?.pid;
    const problem = await whyNotReady(reachable);
    const dataFolder = external ? undefined : join(folder, name);
    return { name, managed: !external, address, pid, problem, residentBytes: memory(pid), dataFolder };
  };
  return [
    ...(await Promise.all([
      server(temporalAt(config), config.TEMPORAL_ADDRESS !== undefined),
      server(kafkaAt(config), config.KAFKA_BROKERS !== undefined),
      server(elasticsearchAt(config), config.ELASTICSEARCH_NODE !== undefined),
    ])),
    { ...(await server(pageAt(config), false)), dataFolder: undefined },
    workerStatus(records.find(({ name }) => name === WORKER_NAME)?.pid, folder),
  ];
}

function workerStatus(pid: number | undefined, dataFolder: string): PartStatus {
  const problem = pid === undefined ? 'not running' : undefined;
  const residentMemory = memory(pid);
  return {
    name: WORKER_NAME,
    managed: true,
    address: undefined,
    pid,
    problem,
    residentBytes: residentMemory,
    dataFolder,
  };
}

function memory(pid: number | undefined): number {
  return pid === undefined ? 0 : residentBytes(pid);
}

/** A table for people, one line for each part. */
export function describeStatus(parts: readonly PartStatus[]): string {
  const rows = parts.map((part) => [
    part.name,
    part.managed ? 'managed' : 'external',
    part.pid === undefined ? '-' : String(part.pid),
    part.residentBytes === 0 ? '-' : `${Math.round(part.residentBytes / 1024 / 1024)} MiB`,
    part.address ?? '-',
    part.dataFolder ?? '-',
    part.problem ?? (part.address === undefined ? 'running' : 'answers'),
  ]);
  const table = [['part', 'kind', 'pid', 'memory', 'address', 'data', 'state'], ...rows];
  const width = (column: number): number => Math.max(...table.map((row) => row[column]?.length ?? 0));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
