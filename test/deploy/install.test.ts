import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { artifactsPart } from '../../deploy/local/install/artifacts';
import { installParts, neededParts } from '../../deploy/local/install/install-parts';
import { findJava } from '../../deploy/local/install/java';
import { installPart, isInstalled, type InstallOptions, type Part, partFolder } from '../../deploy/local/install/part';
import type { InstallProgress } from '../../deploy/local/install/progress';
import { temporalPart } from '../../deploy/local/install/temporal-cli';
import { identify } from '../../deploy/local/processes/identity';
import versions from '../../deploy/local/versions.json';
import { loadConfig } from '../../workers/config';
import { fakePrograms } from './fake-programs';
import { pretendInstalled } from './installed-parts';

const POOL = 'org.apache.commons:commons-pool2:2.13.1';
const POOL_PIN = versions.sparkConnector.artifacts[POOL];
const WRONG_PIN = `sha256:${'0'.repeat(64)}`;

let folder: string;
let cache: string;
const reports: InstallProgress[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'install-'));
  cache = join(folder, 'cache');
  reports.length = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const options = (more: Partial<InstallOptions> = {}): InstallOptions => ({
  cache,
  report: (progress) => reports.push(progress),
  env: process.env,
  ...more,
});

/** A PATH with nothing on it but these scripts and what scripts need. */
const only = (programs: Readonly<Record<string, string>>): { PATH: string } => ({
  PATH: [fakePrograms(join(folder, 'bin'), programs), '/bin', '/usr/bin'].join(':'),
});

describe('installPart', () => {
  const counted = (): { part: Part; fills: () => number } => {
    let fills = 0;
    const fill = async (target: string): Promise<void> => {
      fills += 1;
      await writeFile(join(target, 'proof'), 'whole');
    };
    const part: Part = { name: 'kafka', version: '1', pins: {}, proof: 'proof', fill };
    return { part, fills: () => fills };
  };

  it('installs a pinned file by Maven and tells how far it is', async () => {
    const part = artifactsPart('spark-connector', '4.2.0', { [POOL]: POOL_PIN });
    await installPart(part, options());

    expect(isInstalled(part, cache)).toBe(true);
    expect(existsSync(join(partFolder(part, cache), 'commons-pool2-2.13.1.jar'))).toBe(true);
    expect(reports[0]).toEqual({ part: 'spark-connector', text: 'downloading (0 s)' });
    expect(reports.at(-1)?.fraction).toBe(1);
    expect(reports.at(-1)?.text).toMatch(/^4\.2\.0 installed in \d+ s$/);
  }, 120_000);

  it('refuses a file with another checksum and leaves nothing behind', async () => {
    const part = artifactsPart('spark-connector', '4.2.0', { [POOL]: WRONG_PIN });

    await expect(installPart(part, options())).rejects.toThrow(
      `commons-pool2-2.13.1.jar is not the file that is pinned in deploy/local/versions.json: ` +
        `expected ${WRONG_PIN}, came ${POOL_PIN}.`,
    );
    expect(readdirSync(cache)).toEqual([]);
  }, 120_000);

  it('refuses a Go module with another checksum before anything is compiled', async () => {
    const env = only({ go: `echo "$1" >> ${folder}/calls; echo '{"Sum": "h1:another="}'` });

    await expect(installPart(temporalPart, options({ env }))).rejects.toThrow(/expected h1:0RZM.*, came h1:another=\./);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).toBe('mod\n');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('tells the last lines of a client that fails', async () => {
    const env = only({ mvn: 'echo "[ERROR] no route to host"; exit 1' });
    const part = artifactsPart('kafka', '1', { [POOL]: POOL_PIN });

    await expect(installPart(part, options({ env }))).rejects.toThrow(
      /^`mvn .*` ended with exit status 1\. Its last lines:\n {2}\[ERROR\] no route to host$/,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('ends the client and what it has started when it is aborted', async () => {
    const stop = new AbortController();
    const env = only({ mvn: `sleep 600 & echo $! > ${folder}/started; wait` });
    const part = artifactsPart('kafka', '1', { [POOL]: POOL_PIN });
    const installing = installPart(part, options({ env, signal: stop.signal }));
    const watch = setInterval(() => {
      if (startedPid() !== undefined) stop.abort(new Error('interrupted'));
    }, 20);
    const startedPid = (): number | undefined => {
      const path = join(folder, 'started');
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      return text.endsWith('\n') ? Number(text) : undefined;
    };

    await expect(installing).rejects.toThrow('interrupted');
    clearInterval(watch);
    expect(identify(startedPid() ?? process.pid)).toBeUndefined();
    expect(readdirSync(cache)).toEqual([]);
  });

  it('does a half-done installation again', async () => {
    const { part, fills } = counted();
    mkdirSync(partFolder(part, cache), { recursive: true });
    writeFileSync(join(partFolder(part, cache), 'proof'), 'half');

    await installPart(part, options());

    expect(fills()).toBe(1);
    expect(readFileSync(join(partFolder(part, cache), 'proof'), 'utf8')).toBe('whole');
  });

  it('removes what a killed installation has left', async () => {
    const { part } = counted();
    const { pid: ended } = spawnSync('/bin/sh', ['-c', 'exit']);
    const name = partFolder(part, cache).slice(cache.length + 1);
    mkdirSync(join(cache, `.${name}.${ended}.abcdef`), { recursive: true });

    await installPart(part, options());

    expect(readdirSync(cache)).toEqual([name]);
  });

  it('lets two install at once', async () => {
    const { part, fills } = counted();
    await Promise.all([installPart(part, options()), installPart(part, options())]);

    expect(fills()).toBe(2);
    expect(isInstalled(part, cache)).toBe(true);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('installs once', async () => {
    const { part, fills } = counted();
    await installPart(part, options());
    await installPart(part, options());

    expect(fills()).toBe(1);
  });
});

describe('installParts', () => {
  it('starts no client and reports nothing where everything is there', async () => {
    const config = loadConfig({ PIPELINE_CACHE_DIR: cache });
    await pretendInstalled(neededParts(config), cache);
    const { javaHome } = await findJava(process.env);
    const env = { JAVA_HOME: javaHome, PATH: fakePrograms(join(folder, 'empty'), {}) };

    const installation = await installParts(config, options().report, { env });

    expect(reports).toEqual([]);
    expect(installation).toMatchObject({ javaHome, java: join(javaHome, 'bin/java') });
    expect(dirname(dirname(dirname(installation.temporal)))).toBe(cache);
    expect(installation.sparkJars).toHaveLength(4);
    expect([installation.temporal, installation.python, ...installation.sparkJars].every(isBelow(cache))).toBe(true);
  });

  it('takes the `temporal` on PATH when its server is new enough', async () => {
    const config = loadConfig({ PIPELINE_CACHE_DIR: cache });
    const others = neededParts(config).filter(({ name }) => name !== 'temporal');
    await pretendInstalled(others, cache);
    const { javaHome } = await findJava(process.env);
    const temporal = 'echo "temporal version 1.6.0 (Server 1.30.0, UI 2.44.0)"';
    const env = { JAVA_HOME: javaHome, PATH: fakePrograms(join(folder, 'bin'), { temporal }) };

    expect(await installParts(config, options().report, { env })).toMatchObject({
      temporal: join(folder, 'bin', 'temporal'),
    });
    expect(reports).toEqual([]);
  });

  it('installs nothing for servers that run elsewhere', () => {
    const elsewhere = loadConfig({
      TEMPORAL_ADDRESS: 'a:7233',
      KAFKA_BROKERS: 'a:9092',
      ELASTICSEARCH_NODE: 'http://a:9200',
    });
    expect(neededParts(elsewhere).map(({ name }) => name)).toEqual(['spark', 'spark-connector']);
  });

  const isBelow =
    (parent: string) =>
    (path: string): boolean =>
      path.startsWith(`${parent}/`);
});
