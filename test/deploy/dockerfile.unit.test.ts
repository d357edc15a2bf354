import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SPARK_JOB_JAR, sparkJobPart, sparkPart } from '../../deploy/local/install/pinned-parts';
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

/** Pins beside those of the local stack, and variables that lead elsewhere than to what was installed by those. */
function pinProblems(dockerfile: string): string[] {
  const pins = dockerfile.match(/\b[0-9a-f]{64}\b|[\w.-]+==[\w.]+|[\w.-]+:[\w.-]+:\d[\w.]*/g) ?? [];
  const folder = /node --import tsx deploy\/install-spark\.ts (\S+)\n/.exec(dockerfile)?.[1] ?? 'nowhere';
  const wanted = [
    `COPY --from=spark ${folder} ${folder}\n`,
    `SPARK_JARS=${folder}/${sparkPart.name} `,
    `SPARK_JOB_JAR=${folder}/${sparkJobPart.name}/${SPARK_JOB_JAR}\n`,
  ];
  return [...pins, ...wanted.filter((text) => !dockerfile.includes(text))];
}

/** What a stage takes from the project, each to the place that it has there. */
function copiedIn(stage: string): string[] {
  const copies = [...stage.matchAll(/^COPY (?!--from)(.*) (\S+)$/gm)];
  return copies.flatMap(([, sources = '', target = '']) =>
    sources.split(' ').filter((source) => [source, `${dirname(source)}/`].includes(target)),
  );
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
  it('follows every rule', () => {
    expect(problemsOf(text)).toEqual([]);
  });

  it.each([
    ['worker and set-up', -1, ['workers/pipeline-worker.ts', 'workers/set-up-servers.ts'], 51],
    ['the installation of Spark', -2, ['deploy/install-spark.ts'], 8],
  ])('brings all that is loaded by %s, and lets the build have it', (_what, stage, entries, atLeast) => {
    const copied = copiedIn(text.split(/^FROM /m).at(stage) ?? '');
    const loaded = entries
      .flatMap((entry) => [...loadedBy(join(PROJECT, entry))])
      .map((path) => relative(PROJECT, path));
    expect(loaded.length).toBeGreaterThanOrEqual(atLeast);
    expect(loaded.filter((path) => !copied.some((each) => path === each || path.startsWith(`${each}/`)))).toEqual([]);
    const allowed = readFileSync(join(PROJECT, '.dockerignore'), 'utf8').split('\n');
    expect(copied.filter((each) => !allowed.includes(`!${each}`))).toEqual([]);
  });

  it.each([
    ['a base that moves', 'node:22.21.1-bookworm-slim\n', 'node:22-bookworm-slim\n'],
    ['root', 'USER node\n', ''],
    ['root before its command', 'USER node\n', 'USER root\n'],
    ['a shell', 'CMD ["node", "--import", "tsx", "workers/pipeline-worker.ts"]', 'CMD npm run worker'],
    ['a secret of the build', 'USER node\n', 'ARG NPM_TOKEN\nUSER node\n'],
    ['everything', 'COPY workers workers', 'COPY . .'],
    ['a variable that no worker knows', 'SPARK_JARS=', 'SPARK_JRS='],
    ['another Spark than the installed one', 'SPARK_JARS=/opt/pipeline/spark ', 'SPARK_JARS=/usr/spark '],
    ['another job than the compiled one', 'spark-job/readings-job.jar', 'spark-job/job.jar'],
    ['Spark of another stage', '--from=spark /opt/pipeline', '--from=node-modules /opt/pipeline'],
    [
      'Spark of its own version',
      ' maven openjdk-17-jdk-headless\n',
      ' maven openjdk-17-jdk-headless && pip install pyspark==4.1.0\n',
    ],
    [
      'a jar of its own version',
      ' maven openjdk-17-jdk-headless\n',
      ' maven openjdk-17-jdk-headless && mvn dependency:get -Dartifact=org.apache.commons:commons-pool2:2.12.0\n',
    ],
    ['a checksum of its own', 'USER node\n', `RUN echo ${'0'.repeat(64)} | sha256sum --check\nUSER node\n`],
    ['Spark installed by other means', 'tsx deploy/install-spark.ts', 'tsx deploy/install.ts'],
  ])('may not have %s', (_what, from, to) => {
    const mutant = text.replace(from, () => to);
    expect(mutant).not.toBe(text);
    expect(problemsOf(mutant)).not.toEqual([]);
  });
});
