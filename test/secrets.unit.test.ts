import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from './support/program';

/** Each with an example, which is not one in this file. */
const KINDS: readonly (readonly [string, RegExp, string])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, `-----BEGIN ${['EC', 'PRIVATE', 'KEY'].join(' ')}-----`],
  ['a token of GitHub', /\bgh[pousr]_[A-Za-z0-9]{36}\b/, `ghp_${'a'.repeat(36)}`],
  ['a key of AWS', /\bAKIA[0-9A-Z]{16}\b/, `AKIA${'A'.repeat(16)}`],
  ['a key of the payload codec', /^[\w.-]+[ \t]+[A-Za-z0-9+/]{43}=$/m, `november ${'a'.repeat(43)}=`],
];
/** Written by commands of the documents, or by the stack. */
const WITH_SECRETS = ['.env', '.pipeline/secrets', 'codec-keys', 'codec-token', 'page-token', 'page-key.pem'];

function git(...args: string[]): string[] {
  return execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8' })
    .split(/[\0\n]/)
    .filter((line) => line !== '');
}

describe('the repository', () => {
  const files = git('ls-files', '-z').filter((path) => existsSync(join(PROJECT, path)));

  it.each(KINDS)('has no file with %s', (_kind, pattern, example) => {
    expect(pattern.test(example)).toBe(true);
    expect(files.filter((path) => pattern.test(readFileSync(join(PROJECT, path), 'latin1')))).toEqual([]);
  });

  it.each(WITH_SECRETS)('ignores %s', (path) => {
    expect(git('check-ignore', '--no-index', path)).toEqual([path]);
  });

  it('builds images without the files that git ignores', () => {
    const lines = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');
    expect(lines).toEqual(expect.arrayContaining(['*']));
  });
});
