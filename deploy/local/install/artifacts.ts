import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StackError } from '../stack-error';
import type { InstallTask, PartName } from './install-task';
import type { Part } from './part';

const PLUGIN_VERSION = '3.8.1';
/** A file that is there, or the bytes of the one that is under way. */
const DETAIL = /^(?:Downloaded from .*\/|Progress \(1\): )(\S+(?: MB)?)/;

/**
 * Checksums keyed by `group:artifact:version[:type]`.
 *
 * Those of a new version are what `mvn dependency:copy-dependencies -DincludeScope=runtime
 * -Dmdep.useRepositoryLayout=true` fetches for a pom with that one dependency: the folders spell the keys, and
 * `sha256sum` gives the values.
 */
export type Artifacts = Readonly<Record<string, string>>;

/** A part that is nothing but files of a Maven repository. */
export function artifactsPart(name: PartName, version: string, artifacts: Artifacts): Part {
  return {
    name,
    version,
    pins: artifacts,
    proof: artifactFiles(artifacts)[0] ?? '.',
    fill: (folder, task) => fetchArtifacts(artifacts, folder, task),
  };
}

/** The names that the artifacts have as files, in the order of the pins. */
export function artifactFiles(artifacts: Artifacts): string[] {
  return Object.keys(artifacts).map((coordinate) => parse(coordinate).file);
}

/**
 * Copies artifacts into a folder by Maven, exactly these and nothing they depend on, and verifies each.
 *
 * @throws {@link StackError} when Maven fails or a file has another checksum than its pin
 */
export async function fetchArtifacts(artifacts: Artifacts, folder: string, task: InstallTask): Promise<void> {
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomOf(Object.keys(artifacts)));
  // Strict checksums. Not `--batch-mode`, which does not tell how far a download is.
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
    `${basename(path)} is not the file that is pinned in deploy/local/versions.json: expected ${pinned}, came ${found}. ` +
      'It was not installed. Remove it from the cache of the client that fetched it, and start again.',
  );
}

function parse(coordinate: string): Record<'group' | 'artifact' | 'version' | 'type' | 'file', string> {
  const [group = '', artifact = '', version = '', type = 'jar'] = coordinate.split(':');
  return { group, artifact, version, type, file: `${artifact}-${version}.${type}` };
}

function pomOf(coordinates: readonly string[]): string {
  const items = coordinates.map(parse).map(
    ({ group, artifact, version, type }) => `<artifactItem>
            <groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version><type>${type}</type>
          </artifactItem>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>artifacts</artifactId><version>1</version><packaging>pom</packaging>
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
