import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DoctorOptions, findProblems, runChecks } from '../../deploy/local/doctor';
import { neededParts } from '../../deploy/local/install/install-parts';
import { identify } from '../../deploy/local/processes/identity';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import { type Config, loadConfig } from '../../workers/config';
import { fakePrograms } from './fake-programs';
import { pretendInstalled } from './installed-parts';

const ALL_MODULES = 'jdk.attach@17 jdk.jdi@17 jdk.jlink@17 jdk.jartool@17 jdk.compiler@17';
const fakeJava = (version: string, modules = ALL_MODULES): string =>
  `case $1 in -version) echo 'openjdk version "${version}" 2025-04-15' >&2;; *) printf '%s\\n' ${modules};; esac`;
const fakePython = (version: string): string => `case "$*" in *venv*ensurepip*) echo 'Python ${version}';; esac`;

const WORKING = {
  java: fakeJava('17.0.15'),
  mvn: 'echo "Apache Maven 3.8.7"',
  python3: fakePython('3.11.7'),
};
const PLENTY = 1e12;

describe('findProblems', () => {
  let folder: string;
  let config: Config;
  let options: DoctorOptions;
  let ports: number[];
  const opened: Server[] = [];

  const openPort = async (): Promise<{ port: number; server: Server }> => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    opened.push(server);
    return { port: (server.address() as { port: number }).port, server };
  };
  const close = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));
  const settings = (more: NodeJS.ProcessEnv = {}): Config => {
    const servers = [
      'TEMPORAL',
      'TEMPORAL_UI',
      'KAFKA',
      'KAFKA_CONTROLLER',
      'ELASTICSEARCH',
      'ELASTICSEARCH_TRANSPORT',
    ];
    const names = [...servers, 'PAGE'];
    const free = Object.fromEntries(names.map((name, index) => [`${name}_PORT`, String(ports[index])]));
    const folders = { PIPELINE_CACHE_DIR: join(folder, 'cache'), PIPELINE_STATE_DIR: join(folder, 'state') };
    return loadConfig({ ...free, ...folders, ...more });
  };
  const withPrograms = (programs: Readonly<Record<string, string>>): DoctorOptions => {
    const path = fakePrograms(mkdtempSync(join(folder, 'bin-')), programs);
    return { ...options, env: { PATH: path } };
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    const servers = await Promise.all(Array.from({ length: 7 }, openPort));
    ports = servers.map(({ port }) => port);
    await Promise.all(servers.map(({ server }) => close(server)));
    config = settings();
    options = { nodeVersion: '22.13.0', freeBytes: () => Promise.resolve(PLENTY) };
  });

  afterEach(async () => {
    await Promise.all(
      opened
        .splice(0)
        .filter((server) => server.listening)
        .map(close),
    );
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds nothing if nothing is missing', async () => {
    expect(await findProblems(config, withPrograms(WORKING))).toEqual([]);
  });

  it('reports everything that is missing at once, with a fix for each', async () => {
    const taken = await openPort();
    writeFileSync(join(folder, 'file'), '');
    const bad = settings({
      KAFKA_PORT: String(taken.port),
      ELASTICSEARCH_PORT: String(ports[0]),
      PIPELINE_CACHE_DIR: join(folder, 'file', 'cache'),
    });
    const broken = { ...withPrograms({}), nodeVersion: '18.20.0', freeBytes: () => Promise.resolve(2e9) };

    expect(await findProblems(bad, broken)).toEqual([
      expect.stringMatching(/^Node is 18\.20\.0, but \^20\.19\.0 .* is required\. Install/),
      expect.stringMatching(/^Java is missing: .*openjdk-17-jdk/),
      expect.stringMatching(/^Maven is missing: .*apt install maven/),
      expect.stringMatching(/^Python is missing: .*python3-venv/),
      expect.stringMatching(/^Port \d+ \(KAFKA_PORT\) is in use by .*\(pid \d+\)\. .* set KAFKA_PORT/),
      `ELASTICSEARCH_PORT and TEMPORAL_PORT are both ${ports[0] ?? ''}. Set one of them to another port.`,
      expect.stringMatching(/file\/cache is not writable: .* Set PIPELINE_CACHE_DIR/),
      expect.stringMatching(/^Not enough disk space: 2\.0 GB free at .*, but 5 GB are needed\. .*PIPELINE_CACHE_DIR/),
    ]);
  });

  it.each([
    ['an old Java', { java: fakeJava('11.0.20') }, /^Java is too old: .*java is 11\.0\.20\. Install a full JDK/],
    ['a Java from before version 9', { java: fakeJava('1.8.0_292') }, /^Java is too old: .* is 1\.8\.0_292\./],
    [
      'a Java without all modules',
      { java: fakeJava('21', 'jdk.attach@21 jdk.jlink@21 jdk.jartool@21 jdk.compiler@21') },
      /^Java is incomplete: .* lacks the modules jdk\.jdi\. Install a full JDK/,
    ],
    ['a Java that does not run', { java: 'echo no such library >&2; exit 127' }, /does not work: no such library\./],
    ['a Maven that does not run', { mvn: 'exit 1' }, /mvn does not work: .*exited with status 1/],
    ['an old Python', { python3: fakePython('3.9.2') }, /^Python is too old: .* is 3\.9\.2\./],
    [
      'a Python without venv',
      { python3: 'echo Traceback >&2; echo "ModuleNotFoundError: No module named \'ensurepip\'" >&2; exit 1' },
      /python3 does not work: ModuleNotFoundError: No module named 'ensurepip'\. .*python3-venv/,
    ],
  ])('names %s and nothing else', async (_, programs, message) => {
    expect(await findProblems(config, withPrograms({ ...WORKING, ...programs }))).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it.each([
    [
      'requires no Python if the server of the `temporal` on PATH is new enough, whatever version the CLI reports',
      '1.29.1',
      [],
    ],
    [
      'requires Python if the server of the `temporal` on PATH is too old',
      '1.28.9',
      [expect.stringMatching(/^Python is missing: no `python3` on PATH\. Install .*python3-venv/)],
    ],
  ])('%s', async (_, server, expected) => {
    const others = neededParts(config).filter(({ name }) => name !== 'temporal');
    await pretendInstalled(others, join(folder, 'cache'));
    const temporal = `echo "temporal version 0.0.0-DEV (Server ${server}, UI 2.42.1)"`;
    expect(await findProblems(config, withPrograms({ java: WORKING.java, temporal }))).toEqual(expected);
  });

  it('does not require the installer of an installed part', async () => {
    await pretendInstalled(neededParts(config), join(folder, 'cache'));
    const little = { ...withPrograms({ java: WORKING.java }), freeBytes: () => Promise.resolve(1.5e9) };

    expect(await findProblems(config, little)).toEqual([]);
    expect(await runChecks(config, little)).toContainEqual({ ok: 'kafka 4.4.0 is installed' });
  });

  it('accepts a port that an orphaned server of ours uses', async () => {
    const { port } = await openPort();
    const own = settings({ KAFKA_PORT: String(port) });
    const self = identify(process.pid);
    if (self === undefined) throw new Error('expected to find this process');
    const stateFolder = join(folder, 'state');
    new ProcessRecords(stateFolder).write({ ...self, name: 'kafka', stateFolder, ports: [port], log: '' });

    expect(await findProblems(own, withPrograms(WORKING))).toEqual([]);
  });
});
