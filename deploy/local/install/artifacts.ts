import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyChecksum } from './checksum';
import { runClient } from './client';
import { requireExecutable } from './executable';
import type { InstallTask, Part } from './part';
import type { PartName } from './progress';

const PLUGIN_VERSION = '3.8.1';

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
  return Object.keys(artifacts).map(fileName);
}

/**
 * Copies artifacts into a folder by Maven, exactly these and nothing they depend on, and verifies each.
 *
 * @throws {@link StackError} when Maven fails or a file has another checksum than its pin
 */
export async function fetchArtifacts(artifacts: Artifacts, folder: string, task: InstallTask): Promise<void> {
  const { env, progress, signal } = task;
  const pom = join(folder, 'pom.xml');
  await writeFile(pom, pomOf(Object.keys(artifacts)));
  await runClient({
    program: requireExecutable('mvn', env),
    // Strict checksums. Not `--batch-mode`, which does not tell how far a download is.
    args: ['-C', '-Dstyle.color=never', '-f', pom, 'generate-resources'],
    cwd: folder,
    env,
    signal,
    onLine: downloadProgress(artifacts, task),
  });
  await rm(pom);
  progress.update('verifying checksums');
  for (const [coordinate, pinned] of Object.entries(artifacts)) {
    await verifyChecksum(join(folder, fileName(coordinate)), pinned);
  }
}

function fileName(coordinate: string): string {
  const [, artifact = '', version = '', type = 'jar'] = coordinate.split(':');
  return `${artifact}-${version}.${type}`;
}

function pomOf(coordinates: readonly string[]): string {
  const items = coordinates.map((coordinate) => {
    const [group = '', artifact = '', version = '', type = 'jar'] = coordinate.split(':');
    return (
      `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version><type>${type}</type></artifactItem>`
    );
  });
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
        <artifactItems>
          ${items.join('\n          ')}
        </artifactItems>
      </configuration>
    </execution></executions>
  </plugin></plugins></build>
</project>
`;
}

/** Follows Maven's output: files where there are several, bytes where there is one. */
function downloadProgress(artifacts: Artifacts, { progress }: InstallTask): (line: string) => void {
  const waiting = new Set(artifactFiles(artifacts));
  const total = waiting.size;
  progress.update(total === 1 ? 'downloading' : `downloading ${total} files`);
  return (line) => {
    const downloaded = /^Downloaded from \S+ \S+\/(\S+)/.exec(line)?.[1];
    if (downloaded !== undefined && waiting.delete(downloaded)) {
      const done = total - waiting.size;
      progress.update(`downloaded ${done} of ${total} files`, done / total);
    }
    const bytes = total === 1 ? /(\d[\d.]*)\/(\d[\d.]*) MB/.exec(line) : null;
    if (bytes !== null) progress.update(`downloaded ${bytes[0]}`, Number(bytes[1]) / Number(bytes[2]));
  };
}
