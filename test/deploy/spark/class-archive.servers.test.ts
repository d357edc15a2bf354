import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installation } from '../../support/stack';
import { until } from '../../support/until';

describe('the class archive', () => {
  it('fits the installed Java and the jars of Spark', async () => {
    const { java, sparkJars, sparkClassArchive } = installation();
    // On a machine that is being installed, it is made while other suites run.
    await until('the archive is made', () => existsSync(sparkClassArchive));
    // A driver ignores an archive that does not fit; this JVM refuses to start.
    const strict = ['-Xshare:on', `-XX:SharedArchiveFile=${sparkClassArchive}`, '-XX:+UseSerialGC'];
    const { stderr, status } = spawnSync(java, [...strict, '-cp', join(sparkJars, '*'), '-version'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  }, 300_000);
});
