import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installation } from '../../support/stack';

describe('the class archive', () => {
  it('fits the installed Java and the jars of Spark', () => {
    const { java, sparkJars, sparkClassArchive } = installation();
    // A driver ignores an archive that does not fit; this JVM refuses to start.
    const strict = ['-Xshare:on', `-XX:SharedArchiveFile=${sparkClassArchive}`, '-XX:+UseSerialGC'];
    const { stderr, status } = spawnSync(java, [...strict, '-cp', join(sparkJars, '*'), '-version'], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });
});
