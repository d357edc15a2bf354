/**
 * `npm run test:faults -- [--seed N] [--only TEXT] [--readings N] [--secure]`: runs every fault case on an isolated stack,
 * whose servers are protected with `--secure`, and prints a table.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import type { ServerName } from '../support/stack-process';
import { enterTestEnvironment } from '../support/environment';
import { IsolatedStack } from '../support/isolated-stack';
import type { FaultCase } from './fault-case';
import type { FaultServers } from './case-environment';
import { isClean, type FaultResult } from './fault-result';
import { runFault } from './fault-run';
import { faultTable } from './fault-table';
import { LANE_FAULTS } from './lane-faults';
import { SERVER_KILLS, WORKER_KILLS } from './process-kills';
import { SINK_FAULTS } from './sink-faults';
import { SOAK } from './soak';
import { withTwoBrokers } from './two-brokers';

const READINGS = 20_000;
const WARM_UP: FaultCase = { name: 'warm-up' };

async function main(): Promise<void> {
  enterTestEnvironment();
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 100_000) },
      only: { type: 'string', default: '' },
      readings: { type: 'string', default: String(READINGS) },
      secure: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  const cases = [...SINK_FAULTS, ...WORKER_KILLS, ...LANE_FAULTS, ...SERVER_KILLS, SOAK]
    .filter(({ name }) => name.includes(values.only))
    .filter(({ brokers }) => brokers === undefined || !values.secure);
  // A worker on protected servers has rights for pipelines that are known when these start.
  const names = [WARM_UP, ...cases].map((_, position) => `faults-${position}`);
  const stack = await IsolatedStack.start(values.secure ? names : undefined);
  const { adminVariables: admin, workerEnvironment } = stack;
  const killServers = (which: ServerName | 'all'): Promise<void> => stack.killServers(which);
  const servers = { admin, workerEnvironment, killServers };
  const results: FaultResult[] = [];
  process.once('SIGINT', () => void stack.stop().then(() => process.exit(130)));
  try {
    // Servers do some work only once: the first run takes longer.
    await runFault(servers, WARM_UP, { seed, name: names[0], readings: Number(values.readings) });
    for (const [position, faultCase] of cases.entries()) {
      process.stderr.write(`${position + 1}/${cases.length} ${faultCase.name}\n`);
      const readings = Number(values.readings);
      const options = { seed: seed + position, name: names[position + 1], readings };
      const run = (given: FaultServers): Promise<FaultResult> => runFault(given, faultCase, options);
      const result = faultCase.brokers === undefined ? await run(servers) : await withTwoBrokers(servers, run);
      results.push(result);
      process.stderr.write(`  ${isClean(result) ? 'clean' : JSON.stringify(result)} after ${result.seconds} s\n`);
    }
  } finally {
    process.stdout.write(`${faultTable(results, seed, cases.length)}\n`);
    await stack.stop();
  }
  process.exitCode = results.length === cases.length && results.every(isClean) ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
