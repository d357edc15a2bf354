import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import versions from '../../deploy/local/versions.json';
import { SETTINGS } from '../../workers/config';

const PROJECT = join(__dirname, '..', '..');
const text = readFileSync(join(PROJECT, 'deploy', 'Dockerfile'), 'utf8');

/** Variables that packages read. */
const OF_OTHERS = ['NODE_ENV', 'SWC_NATIVE_BINDING_CACHE'];

/** What breaks a rule of the image. */
function problemsOf(dockerfile: string): string[] {
  const lines = dockerfile.replaceAll(/\\\n/g, '').split('\n');
  const starting = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `));
  const last = lines.slice(lines.lastIndexOf(starting('FROM').at(-1) ?? ''));
  const command = last.find((line) => line.startsWith('CMD ')) ?? '';
  const variables = [
    ...starting('ENV')
      .join(' ')
      .matchAll(/([A-Z_]+)=/g),
  ].map(([, name]) => name ?? '');
  return [
    ...starting('FROM').filter((line) => !/^FROM [\w/]+:\d+\.\d+\.\d+(-[\w-]+)*( AS [\w-]+)?$/.test(line)),
    ...(!last.includes('USER node') || last.indexOf('USER node') > last.indexOf(command) ? ['runs as root'] : []),
    ...(/^CMD \["node", .*"workers\/pipeline-worker\.ts"\]$/.test(command) ? [] : ['runs in a shell']),
    ...starting('ARG').map((line) => `${line} stays in the history`),
    ...lines.filter((line) => /^(COPY|ADD) \.\/? /.test(line)),
    ...variables.filter((name) => ![...SETTINGS, ...OF_OTHERS].includes(name)),
    ...pinProblems(dockerfile),
  ];
}

/** Artifacts and checksums that are not those of the local stack. */
function pinProblems(dockerfile: string): string[] {
  const { artifacts } = versions.sparkConnector;
  const jars = Object.entries(artifacts).map(([coordinate, checksum]) => {
    const [, artifact = '', version = ''] = coordinate.split(':');
    return `${checksum.replace('sha256:', '')}  ${artifact}-${version}.jar`;
  });
  const packages = { ...versions.spark.build, ...versions.spark.packages };
  const requirements = Object.entries(packages).map(([requirement, checksum]) => `${requirement} --hash=${checksum}`);
  const paths = jars.map((line) => `/opt/spark-jars/${line.split('  ')[1] ?? ''}`).join();
  const lines = dockerfile.split('\n').map((line) => line.replace(/\\$/, '').trim());
  const wanted = [...Object.keys(artifacts), ...jars, ...requirements, `SPARK_JARS=${paths}`];
  const pins = lines.filter((line) => /^[0-9a-f]{64} | --hash=/.test(line));
  return [...wanted.filter((line) => !lines.includes(line)), ...pins.filter((line) => !wanted.includes(line))];
}

/** Every file that a program loads from the project. */
function loadedBy(entry: string, seen = new Set<string>()): Set<string> {
  const path = [entry, `${entry}.ts`, join(entry, 'index.ts')].find(
    (each) => existsSync(each) && statSync(each).isFile(),
  );
  if (path === undefined || seen.has(path)) return seen;
  seen.add(path);
  const loaded = readFileSync(path, 'utf8').matchAll(/(?: from |resolve\()'(\.[^']*)'/g);
  for (const [, name = ''] of loaded) loadedBy(join(dirname(path), name), seen);
  return seen;
}

describe('the Dockerfile of the worker', () => {
  it('keeps every rule', () => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('brings all that worker and set-up load, and lets the build have it', () => {
    const copied = [...text.matchAll(/^COPY ([a-z][\w/]*) \1$/gm)].map(([, folder]) => folder ?? '');
    const entries = ['pipeline-worker.ts', 'set-up-servers.ts'].map((name) => join(PROJECT, 'workers', name));
    const loaded = entries.flatMap((entry) => [...loadedBy(entry)]).map((path) => relative(PROJECT, path));
    expect(loaded.length).toBeGreaterThan(50);
    expect(loaded.filter((path) => !copied.some((folder) => path.startsWith(`${folder}/`)))).toEqual([]);
    const allowed = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');
    expect(copied.filter((folder) => !allowed.includes(`!${folder}`))).toEqual([]);
  });

  it.each([
    ['a base that moves', 'node:22.21.1-bookworm-slim\n', 'node:22-bookworm-slim\n'],
    ['root', 'USER node\n', ''],
    ['root before its command', 'USER node\n', 'USER root\n'],
    ['a shell', 'CMD ["node", "--import", "tsx", "workers/pipeline-worker.ts"]', 'CMD npm run worker'],
    ['a secret of the build', 'USER node\n', 'ARG NPM_TOKEN\nUSER node\n'],
    ['everything', 'COPY workers workers', 'COPY . .'],
    ['a variable that no worker knows', 'SPARK_PYTHON=', 'SPARK_PYTHN='],
    ['another checksum of a jar', 'f77a5060', 'f77a5061'],
    ['another jar', 'org.apache.commons:commons-pool2:2.13.1', 'org.apache.commons:commons-pool2:2.12.0'],
    ['another checksum of pyspark', 'pyspark==4.2.0 --hash=sha256:5', 'pyspark==4.2.0 --hash=sha256:6'],
    ['a package without a pin', 'py4j==0.10.9.9 --hash', 'py4j==0.10.9.8 --hash'],
    ['a jar fewer', ',/opt/spark-jars/commons-pool2-2.13.1.jar', ''],
  ])('may not have %s', (_what, from, to) => {
    const mutant = text.replace(from, () => to);
    expect(mutant).not.toBe(text);
    expect(problemsOf(mutant)).not.toEqual([]);
  });
});
