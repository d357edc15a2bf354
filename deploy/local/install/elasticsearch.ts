import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import versions from '../versions.json';
import { artifactFiles, type Artifacts, fetchArtifacts } from './artifacts';
import { runClient } from './client';
import { findJava } from './java';
import type { InstallTask, Part } from './part';

const { version } = versions.elasticsearch;
const artifacts: Artifacts = versions.elasticsearch.artifacts;

/** The unpacked folder, inside the folder of the part. */
export const ELASTICSEARCH_HOME = `elasticsearch-${version}`;

export const elasticsearchPart: Part = {
  name: 'elasticsearch',
  version,
  pins: artifacts,
  proof: join(ELASTICSEARCH_HOME, 'lib'),
  fill: unpack,
};

async function unpack(folder: string, task: InstallTask): Promise<void> {
  const { env, progress, signal } = task;
  await fetchArtifacts(artifacts, folder, task);
  const { java } = await findJava(env);
  for (const zip of artifactFiles(artifacts)) {
    progress.update('unpacking');
    // The `jar` tool by its module: a headless runtime has the module, yet no `bin/jar`.
    const args = ['-m', 'jdk.jartool/sun.tools.jar.Main', 'xf', zip];
    await runClient({ program: java, args, cwd: folder, env, signal });
    await rm(join(folder, zip));
  }
  await openForReading(folder);
}

/** Whatever the umask is: when root starts Elasticsearch, it runs as somebody else. */
async function openForReading(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}
