import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommitStack } from '../commit-stack';
import { groupCpuMs } from '../process-cost';
import { actionsPerHour, billedActions, type BilledActions } from './billed-actions';
import type { Part } from './live-cost';
import { temporalMetrics } from './temporal-metrics';

const NAMESPACE = 'default';
const HOUR_MS = 3_600_000;

interface CpuTimes {
  readonly atMs: number;
  readonly cpuMs: Readonly<Record<Part, number>>;
}

export interface MeasuredProcesses {
  /** Whose Spark drivers are measured. */
  readonly pipeline: string;
  /** CPU time so far of the process that does the rest. */
  readonly workerCpuMs: () => number;
}

/** What a stack has used during a time. */
export interface StackUsage {
  readonly elapsedMs: number;
  readonly cpuMs: Readonly<Record<Part, number>>;
  readonly actionsPerHour: BilledActions;
}

/** Measures the whole stack until `ended` settles. Reading the server's metrics costs it something, which is left out. */
export async function stackUsage(
  stack: CommitStack,
  processes: MeasuredProcesses,
  ended: Promise<unknown>,
): Promise<StackUsage> {
  const actionsBefore = await actionsOf(stack);
  const before = cpuTimes(stack, processes);
  await ended;
  const after = cpuTimes(stack, processes);
  const actionsAfter = await actionsOf(stack);
  const elapsedMs = after.atMs - before.atMs;
  const used = (part: Part): number => after.cpuMs[part] - before.cpuMs[part];
  return {
    elapsedMs,
    cpuMs: {
      worker: used('worker'),
      spark: used('spark'),
      kafka: used('kafka'),
      elasticsearch: used('elasticsearch'),
      temporal: used('temporal'),
    },
    actionsPerHour: actionsPerHour(actionsBefore, actionsAfter, elapsedMs / HOUR_MS),
  };
}

async function actionsOf(stack: CommitStack): Promise<BilledActions> {
  return billedActions(await temporalMetrics(stack.pidOf('temporal')), NAMESPACE);
}

function cpuTimes(stack: CommitStack, { pipeline, workerCpuMs }: MeasuredProcesses): CpuTimes {
  const cpuMs = {
    worker: workerCpuMs(),
    spark: driversCpuMs(stack.runsOf(pipeline)),
    kafka: groupCpuMs(stack.pidOf('kafka')),
    elasticsearch: groupCpuMs(stack.pidOf('elasticsearch')),
    temporal: groupCpuMs(stack.pidOf('temporal')),
  };
  return { atMs: Date.now(), cpuMs };
}

/** Of the running drivers of a pipeline, each of which leads a process group. */
function driversCpuMs(runs: string): number {
  if (!existsSync(runs)) return 0;
  return readdirSync(runs, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('driver.json'))
    .map((path) => (JSON.parse(readFileSync(join(runs, path), 'utf8')) as { pid: number }).pid)
    .reduce((sum, pid) => sum + groupCpuMs(pid), 0);
}
