import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StackError } from '../stack-error';
import type { InstallTask, Part, PartName } from './part';

const PLUGIN_VERSION = '3.8.1';
/** Matches a finished download, or the progress of the current one. */
const DETAIL = /^(?:Downloaded from .*\/|Progress \(1\): )(\S+(?: MB)?)/;

/**
 * Checksums keyed by `group:artifact:version[:type[:classifier]]`.
 *
 * For a new version, run `mvn dependency:copy-dependencies -DincludeScope=runtime -Dmdep.useRepositoryLayout=true` on a
 * pom with that one dependency: the folder names give the keys, and `sha256sum` gives the values.
 */
export type Artifacts = Readonly<Record<string, string>>;

/** Defines a part that consists of files from a Maven repository. */
export function artifactsPart(name: PartName, version: string, artifacts: Artifacts): Part {
  return {
    name,
    version,
    pins: artifacts,
    requiredFile: artifactFiles(artifacts)[0] ?? '.',
    fill: (folder, task) => fetchArtifacts(artifacts, folder, task),
  };
}

/** Returns the file names of artifacts, in the order of the pins. */
export function artifactFiles(artifacts: Artifacts): string[] {
  return Object.keys(artifacts).map((coordinate) => parse(coordinate).file);
}

/**
 * Downloads artifacts without their dependencies.
 *
 * @param parent - coordinates of a pom that the repository may lack and that an artifact has as its parent; it is not read
 * @throws {@link StackError} when Maven fails or a checksum differs
 */
export async function fetchArtifacts(
  artifacts: Artifacts,
  folder: string,
  task: InstallTask,
  parent = 'local:artifacts:1',
): Promise<void> {
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomOf(parent, Object.keys(artifacts)));
  // Strict checksums; not `--batch-mode`, which hides the download progress.
  await task.run('downloading', ['mvn', '-C', '-Dstyle.color=never', '-f', pom, 'generate-resources'], DETAIL);
  await rm(pom);
  for (const [coordinate, pinned] of Object.entries(artifacts)) {
    await verifyChecksum(join(folder, parse(coordinate).file), pinned);
  }
}

/** @param pinned - `<algorithm>:<hex digest>`, as `sha256:…` */
async function verifyChecksum(path: string, pinned: string): Promise<void> {
  const [algorithm = ''] = pinned.split(':');
  const hash = createHash(algorithm).update(await readFile(path));
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (found === pinned) return;
  throw new StackError(
    `${basename(path)} differs from its pin in deploy/local/versions.json: expected ${pinned}, got ${found}. ` +
      'It was not installed. Remove it from the cache of the program that downloaded it, and start again.',
  );
}

function parse(coordinate: string) {
  const [group = '', artifact = '', version = '', type = 'jar', classifier = ''] = coordinate.split(':');
  const suffix = classifier === '' ? '' : `-${classifier}`;
  return { group, artifact, version, type, classifier, file: `${artifact}-${version}${suffix}.${type}` };
}

/** Maven takes the pom that it builds for any pom of the same coordinates. */
function pomOf(own: string, coordinates: readonly string[]): string {
  const [group, artifact, version] = own.split(':');
  const items = coordinates.map(parse).map(
    ({ group, artifact, version, type, classifier }) => `<artifactItem>
            <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version><type>${type}</type>
            <classifier>${classifier}</classifier>
          </artifactItem>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version><packaging>pom</packaging>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
    <version>${PLUGIN_VERSION}</version>
    <executions><execution>
      <phase>generate-resources</phase><goals><goal>copy</goal></goals>
      <configuration>
        <outputDirectory>\${project.basedir}</outputDirectory>
        <artifactItems>${items.join('')}</artifactItems>
      </configuration>
    </execution></executions>
  </plugin></plugins></build>
</project>
`;
}
