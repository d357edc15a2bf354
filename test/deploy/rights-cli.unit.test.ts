import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testEnvironment } from '../support/environment';
import { PROJECT } from '../support/program';

const run = promisify(execFile);

async function rights(
  args: string,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const options = { cwd: PROJECT, env: testEnvironment() };
  const done = run('sh', ['-c', `npm run --silent rights -- ${args}`], options).catch((error: unknown) => error);
  const { code = 0, stdout, stderr } = (await done) as { code?: number; stdout: string; stderr: string };
  return { status: code, stdout, stderr };
}

describe('npm run rights', () => {
  it('prints commands for each server, and writes the documents that they send', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rights-cli-'));
    try {
      const { status, stdout } = await rights(`plant --source plant.readings --kafka-user worker --folder ${folder}`);
      expect(status).toBe(0);
      expect(stdout).toContain("--allow-principal 'User:worker' --operation Read --topic 'plant.readings'");
      const sent = [...stdout.matchAll(/--data '@.*\/([^/']+)'/g)].map(([, file]) => file);
      expect(sent).toHaveLength(6);
      expect(readdirSync(folder)).toEqual(expect.arrayContaining(sent));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses a name that no pipeline can have, and shows its usage', async () => {
    const { status, stdout, stderr } = await rights('Plant');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('NAME: expected 1 to 60 lower-case letters, digits, - and _');
    expect(stderr).toContain('Usage: npm run rights -- NAME');
  });
});
