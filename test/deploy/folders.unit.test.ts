import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, nearestExisting, stateFolder } from '../../deploy/local/folders';

describe('folders', () => {
  let project: string;
  const root = (): { isRoot: boolean; home: string; project: string } => ({ isRoot: true, home: '/root', project });
  const user = (): { isRoot: boolean; home: string; project: string } => ({
    ...root(),
    isRoot: false,
    home: '/home/u',
  });

  beforeEach(() => {
    project = join(mkdtempSync(join(tmpdir(), 'folders-')), 'checkout');
    mkdirSync(project);
  });

  afterEach(() => {
    rmSync(join(project, '..'), { recursive: true, force: true });
  });

  it('keep downloads where root and the user of its servers have access', () => {
    expect(cacheFolder({}, root())).toBe('/var/cache/durable-streaming-pipeline');
  });

  it('keep downloads of other users in their cache', () => {
    expect(cacheFolder({}, user())).toBe('/home/u/.cache/durable-streaming-pipeline');
    expect(cacheFolder({ XDG_CACHE_HOME: '/scratch' }, user())).toBe('/scratch/durable-streaming-pipeline');
  });

  it('follow the settings, relative to the project', () => {
    expect(cacheFolder({ PIPELINE_CACHE_DIR: '/cache' }, root())).toBe('/cache');
    expect(stateFolder({ PIPELINE_STATE_DIR: 'state' }, root())).toBe(join(project, 'state'));
  });

  it('keep state in the project of any user but root', () => {
    expect(stateFolder({}, user())).toBe(join(project, '.pipeline'));
  });

  it('keep root’s state in the project only if other users have access', () => {
    chmodSync(join(project, '..'), 0o755);
    expect(stateFolder({}, root())).toBe(join(project, '.pipeline'));

    chmodSync(join(project, '..'), 0o700);
    expect(stateFolder({}, root())).toMatch(/^\/var\/tmp\/durable-streaming-pipeline-[0-9a-f]{8}$/);
    expect(stateFolder({}, root())).toBe(stateFolder({}, root()));
  });

  it('find the nearest one that exists', () => {
    expect(nearestExisting(join(project, 'a', 'b'))).toBe(project);
  });
});
