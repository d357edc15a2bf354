import { sampleSeed, seedNumber } from '../faults/sample-seed';

/** Variable with the seed, any text; without it, that of the commit. */
export const SEED_VARIABLE = 'FUZZ_SEED';

/** What `npm run test:fuzz` sets: all inputs, and pipelines too. */
export const isWhole = process.env['FUZZ'] === 'whole';

const given = process.env[SEED_VARIABLE] ?? '';
export const seedText = given === '' ? sampleSeed({}, __dirname) : given;
export const seed = seedNumber(seedText) % 1_000_000;
