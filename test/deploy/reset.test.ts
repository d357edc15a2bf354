import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Launch } from '../../deploy/local/launch';
import { isFree } from '../../deploy/local/processes/free-port';
import { resetState } from '../../deploy/local/reset';
import { fakeServer } from './fake-server';
import { freePort, newStateFolder, removeStateFolder } from './launch-folder';
import { startLauncher } from './launcher-process';

let stateFolder: string;

beforeEach(async () => {
  stateFolder = await newStateFolder();
});
afterEach(async () => {
  await removeStateFolder(stateFolder);
});

const ignore = (): void => undefined;

describe('a reset', () => {
  it('empties the state folder and lets it be used again', async () => {
    const servers = [fakeServer({ stateFolder, port: await freePort() })];
    await (await Launch.start({ stateFolder, servers, onEvent: ignore })).stop();
    await resetState(stateFolder, ignore);

    expect(await readdir(stateFolder)).toEqual([]);
    await (await Launch.start({ stateFolder, servers, onEvent: ignore })).stop();
  });

  it('is refused while a launcher runs', async () => {
    const launch = await Launch.start({ stateFolder, servers: [], onEvent: ignore });

    await expect(resetState(stateFolder, ignore)).rejects.toThrow(`is already running: process ${process.pid}`);
    await launch.stop();
  });

  it('first stops what a killed launcher left', async () => {
    const port = await freePort();
    const launcher = await startLauncher({ stateFolder, port });
    await launcher.end('SIGKILL');
    await resetState(stateFolder, ignore);

    expect(await isFree(port)).toBe(true);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  it('never empties a folder that holds something else', async () => {
    await mkdir(join(stateFolder, 'photos'));
    await writeFile(join(stateFolder, 'letter.txt'), 'Dear');

    await expect(resetState(stateFolder, ignore)).rejects.toThrow(
      'PIPELINE_STATE_DIR: expected an empty or a new folder',
    );
    await expect(Launch.start({ stateFolder, servers: [], onEvent: ignore })).rejects.toThrow('holds other files');
    expect(await readdir(stateFolder)).toHaveLength(2);
  });
});
