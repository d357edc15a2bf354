import { stackAddresses, workerEnvironment } from '../support/stack';
import { isClean, runFault, type FaultServers } from './fault-run';
import { WORKER_KILLS } from './kills';
import { sampleSeed, SEED_VARIABLE, seedNumber } from './sample-seed';
import { pick, seededRandom } from './seeded';
import { SINK_FAULTS } from './sink-faults';

const READINGS = 6_000;
/** Too long for every test run; the whole matrix has them. */
const LONG = [
  'refused for 30 s',
  'write block, lifted after 5 s',
  'alias without write index, mended after 5 s',
  'worker asleep past its heartbeat timeout, replaced, awake again',
];

const seedText = sampleSeed(process.env, __dirname);
const seed = seedNumber(seedText);
const random = seededRandom(seed);
const sample = [...some(SINK_FAULTS, 1), ...some(WORKER_KILLS, 1)];

function some<T extends { readonly name: string }>(cases: readonly T[], count: number): T[] {
  const left = cases.filter(({ name }) => !LONG.includes(name));
  return Array.from({ length: count }, () => left.splice(pick(random, 0, left.length - 1), 1)).flat();
}

function servers(): FaultServers {
  const { temporal, kafkaBrokers, elasticsearchNode } = stackAddresses();
  return { temporal, kafkaBrokers, elasticsearchNode, workerEnvironment: workerEnvironment() };
}

describe(`a sample of the fault matrix (${SEED_VARIABLE}='${seedText}' repeats it)`, () => {
  beforeAll(() => {
    const names = sample.map(({ name }) => name).join('; ');
    process.stderr.write(`fault sample of ${SEED_VARIABLE}='${seedText}': ${names}\n`);
  });

  it.each(sample.map((faultCase) => [faultCase.name, faultCase] as const))(
    'loses nothing and counts nothing twice: %s',
    async (_name, faultCase) => {
      const result = await runFault(servers(), faultCase, { seed, readings: READINGS });
      if (!isClean(result)) throw new Error(`expected a clean result, got ${JSON.stringify(result, null, 2)}`);
    },
    300_000,
  );
});
