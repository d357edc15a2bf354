import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GENERATORS, STACK_COMMANDS, TEST_COMMANDS } from './support/documented-commands';
import { testEnvironment } from './support/environment';
import { freePorts } from './support/free-ports';
import { PROJECT } from './support/program';

const ROOMS = ['workflows', 'activities', 'workers', 'deploy', 'kibana', 'package.json', 'tsconfig.json'];
const run = promisify(execFile);

/** A copy of the project, in which commands write nothing that other suites read. */
let project: string;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'documented-commands-'));
  for (const name of ROOMS) cpSync(join(PROJECT, name), join(project, name), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(project, 'node_modules'));
  environment = testEnvironment(await freePorts());
});
afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

/** Runs a command as users type it. */
async function type(command: string, cwd = project): Promise<{ readonly status: number; readonly output: string }> {
  const done = run('sh', ['-c', command], { cwd, env: environment }).catch((error: unknown) => error);
  const { code = 0, stdout, stderr } = (await done) as { code?: number; stdout: string; stderr: string };
  return { status: code, output: stdout + stderr };
}

/** The text of a file, or of each file of a folder by its path. */
function contents(root: string, path: string): Readonly<Record<string, string>> {
  const absolute = join(root, path);
  if (!statSync(absolute).isDirectory()) return { [path]: readFileSync(absolute, 'utf8') };
  const files = readdirSync(absolute, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(absolute, file), 'utf8')]));
}

describe('the commands of the documents', () => {
  it.each(Object.entries(GENERATORS))('%s writes %s as it is', async (command, path) => {
    // The table of settings is written into a text, which must be there.
    if (!path.endsWith('.md')) rmSync(join(project, path), { recursive: true });
    expect(await type(command)).toMatchObject({ status: 0 });
    expect(contents(project, path)).toEqual(contents(PROJECT, path));
  });

  it.each(Object.entries(STACK_COMMANDS))('%s reports what it found', async (command, { status, prints }) => {
    expect(await type(command)).toEqual({ status, output: expect.stringContaining(prints) as string });
  });

  it.each(Object.entries(TEST_COMMANDS))('%s selects the suites', async (command, suite) => {
    const withoutInstallation = command.replace('npm ci && ', '');
    const separator = withoutInstallation.startsWith('npm') ? ' --' : '';
    const { status, output } = await type(`${withoutInstallation}${separator} --listTests`, PROJECT);
    expect(status).toBe(0);
    expect(output).toContain(suite);
  });
});
