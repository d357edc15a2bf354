import { SECURE_PIPELINES, secureStack } from '../support/secure-stack';
import { seededRandom } from '../support/seeded-random';
import { isClean } from './fault-result';
import { runFault } from './fault-run';
import { WORKER_KILLS } from './process-kills';
import { sampleOf } from './sample-cases';
import { sampleSeed, SEED_VARIABLE, seedNumber } from './sample-seed';
import { SINK_FAULTS } from './sink-faults';

const READINGS = 6_000;
const [, , , NAME] = SECURE_PIPELINES;

const seedText = sampleSeed(process.env, __dirname);
const seed = seedNumber(seedText);
const faultCase = sampleOf([...SINK_FAULTS, ...WORKER_KILLS], seededRandom(seed));

describe(`one case of the fault matrix on protected servers (${SEED_VARIABLE}='${seedText}' repeats it)`, () => {
  it(`loses nothing and counts nothing twice: ${faultCase.name}`, async () => {
    const { clients, workerEnvironment } = await secureStack();
    const servers = { admin: clients.admin, workerEnvironment };
    const result = await runFault(servers, faultCase, { seed, name: NAME, readings: READINGS });
    if (!isClean(result)) throw new Error(`expected a clean result, got ${JSON.stringify(result, null, 2)}`);
  }, 900_000);
});
