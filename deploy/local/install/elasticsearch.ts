import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import versions from '../versions.json';
import { artifactFiles, fetchArtifacts } from './artifacts';
import { findJava } from './java';
import type { InstallTask } from './install-task';
import type { Part } from './part';

const { version, artifacts } = versions.elasticsearch;

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
  await fetchArtifacts(artifacts, folder, task);
  const { java } = await findJava(task.env);
  for (const zip of artifactFiles(artifacts)) {
    // The `jar` tool by its module: a headless runtime has the module, yet no `bin/jar`. Readable for all whatever the
    // umask is: when root starts Elasticsearch, it runs as somebody else.
    const jar = [java, '-m', 'jdk.jartool/sun.tools.jar.Main', 'xf', zip];
    await task.run('unpacking', ['sh', '-c', 'umask 022 && exec "$0" "$@"', ...jar]);
    await rm(join(folder, zip));
  }
}
