import { stackAddresses, workerEnvironment } from '../support/stack';
import { isClean, runFault, type FaultServers } from './fault-run';
import { WORKER_KILLS } from './process-kills';
import { sampleSeed, SEED_VARIABLE, seedNumber } from './sample-seed';
import { randomInteger, seededRandom } from '../support/seeded-random';
import { SINK_FAULTS } from './sink-faults';

const READINGS = 6_000;
/** Too slow for every test run; only the whole fault matrix includes them. */
const LONG = [
  'refused for 30 s',
  'write block, lifted after 5 s',
  'alias without write index, restored after 5 s',
  'worker asleep past its heartbeat timeout, replaced, awake again',
];

const seedText = sampleSeed(process.env, __dirname);
const seed = seedNumber(seedText);
const random = seededRandom(seed);
const sample = [...sampleOf(SINK_FAULTS, 1), ...sampleOf(WORKER_KILLS, 1)];

function sampleOf<T extends { readonly name: string }>(cases: readonly T[], count: number): T[] {
  const remaining = cases.filter(({ name }) => !LONG.includes(name));
  return Array.from({ length: count }, () =>
    remaining.splice(randomInteger(random, 0, remaining.length - 1), 1),
  ).flat();
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
