import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inspectMasked } from '../../../activities/inspection/masked-account';
import { installation } from '../../support/stack';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'masked-account-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function historyOf(rows: readonly string[]): Promise<string> {
  const path = join(folder, 'sample.csv');
  writeFileSync(path, `${rows.join('\n')}\n`);
  const { java, sparkJars, sparkJobJar } = installation();
  const environment = { ...process.env, JAVA_HOME: dirname(dirname(resolve(java))) };
  const spark = { jars: sparkJars, jobJar: sparkJobJar, environment };
  const request = { source: { kind: 'file', path }, given: {}, isComplete: false } as const;
  return JSON.stringify(await inspectMasked({ kafka: undefined as never, spark }, request));
}

describe('the account of a source in a history', () => {
  it('has the names of columns and no value', async () => {
    const history = await historyOf(['time,sensor,temp_c,note', '2026-01-05T00:00:00Z,attic-1,20.5,Anna was here']);
    expect(history).toContain('temp_c');
    expect(history).not.toMatch(/attic|20\.5|2026|Anna/);
  });

  it.each([
    ['of numbers and times', ['2026-01-05T00:00:00Z,attic-1,20.5', '2026-01-05T00:01:00Z,attic-1,20.6']],
    ['of texts', ['attic-1,Anna,20.5 C', 'attic-1,Bert,20.6 C', 'attic-2,Anna,20.7 C']],
  ])('has nothing of a first row %s', async (_, rows) => {
    expect(await historyOf(rows)).not.toMatch(/attic|20\.5|2026|Anna/);
  });
});
