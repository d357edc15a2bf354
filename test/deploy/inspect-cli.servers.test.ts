import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SourceAccount } from '../../activities/contracts/inspection';
import { INSPECT_COMMANDS } from '../support/documented-commands';
import { testEnvironment } from '../support/environment';
import { PROJECT } from '../support/program';

const run = promisify(execFile);

/** Runs a command as users type it. */
async function type(
  command: string,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const done = run('sh', ['-c', command], { cwd: PROJECT, env: testEnvironment() }).catch((error: unknown) => error);
  const { code = 0, stdout, stderr } = (await done) as { code?: number; stdout: string; stderr: string };
  return { status: code, stdout, stderr };
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inspect-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('npm run inspect', () => {
  it.each(Object.entries(INSPECT_COMMANDS))('is documented: %s', async (command, { status, prints }) => {
    const found = await type(command);
    expect(found.status).toBe(status);
    expect(found.stdout).toContain(prints);
    expect(found.stdout).toContain('BadTimestamp 1, the first at row 212: expected ISO 8601');
    expect(found.stdout).toMatch(/npm start -- --name greenhouse --input '\{"source":\{"kind":"file"/);
  });

  it('takes answers, counts equal rows as repeats, and prints the account as JSON', async () => {
    const path = file('local.csv', `when,sensor,temp_c\n${'2026-01-05 00:00:00,s1,20.5\n'.repeat(2)}`);
    const answer = JSON.stringify({ source: { fields: { timestamp: { zone: 'Asia/Tokyo' } } } });
    const { status, stdout } = await type(`npm run -s inspect -- ${path} --json --input '${answer}'`);
    expect(status).toBe(0);
    const { questions, outcome, input } = JSON.parse(stdout) as SourceAccount;
    const times = Array.from({ length: 2 }, () => '2026-01-04T15:00:00.000000Z');
    expect({ questions, outcome }).toEqual({
      questions: [],
      outcome: { read: 2, absent: 0, repeats: 1, times, dead: [], failure: null },
    });
    expect(input['source']).toMatchObject({ fields: { timestamp: { column: 'when', zone: 'Asia/Tokyo' } } });
  });

  it('says why a run fails after rows that can be read, as the run does', async () => {
    const rows = ['time,sensor,temp_c', '2026-01-05T00:00:00Z,s1,20', '2026-01-05T00:01:00Z,"s1,21'];
    const path = file('quote.csv', `${rows.join('\n')}\n`);
    const { status, stdout, stderr } = await type(`npm run -s inspect -- ${path} --input '{"source":{"quote":"\\""}}'`);
    expect(status).toBe(1);
    expect(stdout).toContain('Of the first 1 row: 1 read, 0 dead letters\n');
    for (const text of [stdout, stderr]) {
      expect(text).toContain(
        'the quotation mark that opens a cell in line 3 is never closed. Close it, or set source.quote',
      );
    }
  });

  it('refuses answers that cannot be used, all at once, and notes a unit that gives 1970', async () => {
    const path = file('epoch.csv', 'time,sensor,temp_c\n1594512094,s1,20.5\n');
    const inspectWith = (input: object) => type(`npm run -s inspect -- ${path} --input '${JSON.stringify(input)}'`);
    const fields = { timestamp: { zone: 5 } };
    const refused = await inspectWith({ source: { delimiter: ',,', fields }, window: '0 s' });
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    for (const place of ['delimiter', 'fields.timestamp.zone']) expect(refused.stderr).toContain(`source.${place}`);
    expect(refused.stderr).toContain('at window');
    const { stdout } = await inspectWith({ source: { fields: { timestamp: { format: 'ms' } } } });
    expect(stdout).toContain('note: Timestamps are read as times of 1970: source.fields.timestamp.format ms is hardly');
  });

  it('prints its options', async () => {
    expect(await type('npm run -s inspect -- --help')).toMatchObject({ status: 0, stderr: '' });
  });

  it('exits with 1 and one message if nothing can be read', async () => {
    const array = await type(`npm run -s inspect -- ${file('array.json', '[\n {"a": 1}\n]\n')}`);
    expect(array).toMatchObject({ status: 1, stdout: '' });
    expect(array.stderr).toMatch(/^source\.path: .*a JSON array\. Convert it: jq -c '\.\[\]' FILE\n$/);
    expect(await type('npm run -s inspect -- one.csv --topic two')).toMatchObject({ status: 1, stdout: '' });
  });
});
