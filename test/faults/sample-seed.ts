import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** Variable with the seed of the fault sample, any text; the same text selects the same cases again. */
export const SEED_VARIABLE = 'FAULT_SAMPLE_SEED';
const WITHOUT_COMMIT = 'no commit';

/**
 * Returns the variable's value if it is set, else the commit of the checkout, else a fixed text, so that a failed build
 * fails again when it is repeated.
 */
export function sampleSeed(environment: NodeJS.ProcessEnv, folder: string): string {
  const given = environment[SEED_VARIABLE] ?? '';
  return given === '' ? commitOf(folder) : given;
}

export function seedNumber(seed: string): number {
  return createHash('sha256').update(seed).digest().readUInt32BE();
}

function commitOf(folder: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return WITHOUT_COMMIT; // not a checkout, one without a commit, or no git
  }
}
