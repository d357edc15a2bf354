import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFree } from '../../deploy/local/processes/ports';
import { lockStateFolder, resetState } from '../../deploy/local/state-folder';
import { startLauncher } from './launcher-process';
import { freePort, newStateFolder, removeStateFolder } from './state-folder';

let stateFolder: string;

beforeEach(async () => {
  stateFolder = await newStateFolder();
});
afterEach(async () => {
  await removeStateFolder(stateFolder);
});

const ignore = (): void => undefined;

describe('a reset', () => {
  it('empties the state folder, which can then be used again', async () => {
    const port = await freePort();
    await (await startLauncher({ stateFolder, port })).end('SIGTERM');
    await resetState(stateFolder, ignore);

    expect(await readdir(stateFolder)).toEqual([]);
    expect(await (await startLauncher({ stateFolder, port })).end('SIGTERM')).toBe(0);
  });

  it('is refused while a launcher runs', async () => {
    const unlock = await lockStateFolder(stateFolder);

    await expect(resetState(stateFolder, ignore)).rejects.toThrow(
      `is already running: its launcher is process ${process.pid}`,
    );
    await unlock();
  });

  it('stops orphaned processes first', async () => {
    const port = await freePort();
    const launcher = await startLauncher({ stateFolder, port });
    await launcher.end('SIGKILL');
    await resetState(stateFolder, ignore);

    expect(await isFree(port)).toBe(true);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  it('never empties a folder that contains other files', async () => {
    await mkdir(join(stateFolder, 'photos'));
    await writeFile(join(stateFolder, 'letter.txt'), 'Dear');

    await expect(resetState(stateFolder, ignore)).rejects.toThrow(
      'PIPELINE_STATE_DIR: expected an empty or a new folder',
    );
    await expect(lockStateFolder(stateFolder)).rejects.toThrow('contains other files');
    expect(await readdir(stateFolder)).toHaveLength(2);
  });
});
