import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';

/** What the sample of the fault matrix is drawn by; any text repeats the sample that was drawn by it. */
export const SEED_VARIABLE = 'FAULT_SAMPLE_SEED';
const WITHOUT_COMMIT = 'no commit';

/** The variable where it is set, else the commit of a checkout, else a fixed text: a build that failed fails again. */
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
