import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleSeed, SEED_VARIABLE, seedNumber } from './sample-seed';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sample-seed-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs git in the test's own repository, without the variables and settings of the user. */
function git(...args: string[]): string {
  const author = ['-c', 'user.name=t', '-c', 'user.email=t@localhost'];
  const env = { PATH: process.env['PATH'], HOME: folder };
  return execFileSync('git', [...author, ...args], { cwd: folder, env, encoding: 'utf8' }).trim();
}

describe('the seed of the fault sample', () => {
  it('is the commit of a checkout, until the next commit', () => {
    git('init', '--quiet');
    git('commit', '--allow-empty', '--quiet', '--message', 'one');
    const seed = sampleSeed({}, folder);
    expect(seed).toBe(git('rev-parse', 'HEAD'));
    expect(sampleSeed({}, folder)).toBe(seed);
    git('commit', '--allow-empty', '--quiet', '--message', 'two');
    expect(sampleSeed({}, folder)).not.toBe(seed);
  });

  it('is a fixed text outside a checkout', () => {
    expect(sampleSeed({}, folder)).toBe('no commit');
  });

  it('is the value of the variable if it is set, so that another sample can be repeated', () => {
    expect(sampleSeed({ [SEED_VARIABLE]: 'of the failed build' }, folder)).toBe('of the failed build');
    expect(sampleSeed({ [SEED_VARIABLE]: '' }, folder)).toBe('no commit');
  });

  it('is converted to the same number each time, and to another number for another text', () => {
    expect(seedNumber('no commit')).toBe(seedNumber('no commit'));
    expect(seedNumber('no commit')).not.toBe(seedNumber('No commit'));
  });
});
