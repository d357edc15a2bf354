import { workerEnvironment } from '../support/stack';
import { isClean } from './fault-result';
import { runFault } from './fault-run';
import { WORKER_KILLS } from './process-kills';
import { sampleOf } from './sample-cases';
import { sampleSeed, SEED_VARIABLE, seedNumber } from './sample-seed';
import { seededRandom } from '../support/seeded-random';
import { SINK_FAULTS } from './sink-faults';

const READINGS = 6_000;

const seedText = sampleSeed(process.env, __dirname);
const seed = seedNumber(seedText);
const random = seededRandom(seed);
const sample = [sampleOf(SINK_FAULTS, random), sampleOf(WORKER_KILLS, random)];

describe(`a sample of the fault matrix (${SEED_VARIABLE}='${seedText}' repeats it)`, () => {
  beforeAll(() => {
    const names = sample.map(({ name }) => name).join('; ');
    process.stderr.write(`fault sample of ${SEED_VARIABLE}='${seedText}': ${names}\n`);
  });

  it.each(sample.map((faultCase) => [faultCase.name, faultCase] as const))(
    'loses nothing and counts nothing twice: %s',
    async (_name, faultCase) => {
      const servers = { admin: workerEnvironment(), workerEnvironment: workerEnvironment() };
      const result = await runFault(servers, faultCase, { seed, readings: READINGS });
      if (!isClean(result)) throw new Error(`expected a clean result, got ${JSON.stringify(result, null, 2)}`);
    },
    300_000,
  );
});
