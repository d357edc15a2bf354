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

  it('takes answers, and prints the account as JSON', async () => {
    const path = file('local.csv', 'when,sensor,temp_c\n2026-01-05 00:00:00,s1,20.5\n');
    const answer = JSON.stringify({ source: { fields: { timestamp: { zone: 'Asia/Tokyo' } } } });
    const { status, stdout } = await type(`npm run -s inspect -- ${path} --json --input '${answer}'`);
    expect(status).toBe(0);
    const { questions, outcome, input } = JSON.parse(stdout) as SourceAccount;
    const times = Array.from({ length: 2 }, () => '2026-01-04T15:00:00.000000Z');
    expect({ questions, outcome }).toEqual({ questions: [], outcome: { read: 1, absent: 0, times, dead: [] } });
    expect(input['source']).toMatchObject({ fields: { timestamp: { column: 'when', zone: 'Asia/Tokyo' } } });
  });

  it('exits with 1 and one message if nothing can be read', async () => {
    const array = await type(`npm run -s inspect -- ${file('array.json', '[\n {"a": 1}\n]\n')}`);
    expect(array).toMatchObject({ status: 1, stdout: '' });
    expect(array.stderr).toMatch(/^source\.path: .*a JSON array\. Convert it: jq -c '\.\[\]' FILE\n$/);
    expect(await type('npm run -s inspect -- one.csv --topic two')).toMatchObject({ status: 1, stdout: '' });
  });
});
