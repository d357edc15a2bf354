import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Launch } from '../../deploy/local/launch';
import { type ChildRecord, ChildRecords } from '../../deploy/local/processes/child-record';
import { isFree } from '../../deploy/local/processes/free-port';
import { identify, isRunning, type ProcessIdentity } from '../../deploy/local/processes/identity';
import type { StackEvent } from '../../deploy/local/stack-event';
import { fakeServer, pidAt } from './fake-server';
import { freePort, newStateFolder, removeStateFolder } from './launch-folder';
import { startLauncher } from './launcher-process';

let stateFolder: string;
let port: number;

beforeEach(async () => {
  stateFolder = await newStateFolder();
  port = await freePort();
});
afterEach(async () => {
  await removeStateFolder(stateFolder);
});

async function startAgain(setting?: string): Promise<{ launch: Launch; events: StackEvent[] }> {
  const events: StackEvent[] = [];
  const server = fakeServer({ stateFolder, port, ...(setting !== undefined && { setting }) });
  const launch = await Launch.start({ stateFolder, servers: [server], onEvent: (event) => events.push(event) });
  return { launch, events };
}

describe('after a kill -9 of the launcher', () => {
  it('the next launch goes on with the server, stops the companion, and stops the server at its end', async () => {
    const launcher = await startLauncher({ stateFolder, port });
    const pid = await pidAt(port);
    const companion = new ChildRecords(stateFolder).read('companion') as ProcessIdentity;
    await launcher.end('SIGKILL');
    expect(isRunning(companion)).toBe(true);

    const { launch, events } = await startAgain();
    expect(await pidAt(port)).toBe(pid);
    expect(events).toMatchObject([
      { kind: 'leftOverStopped', part: 'companion', pid: companion.pid },
      { kind: 'adopted', part: 'fake', pid },
    ]);
    expect(isRunning(companion)).toBe(false);

    await launch.stop();
    expect(await isFree(port)).toBe(true);
  });

  it('the next launch notices the end of the server that it went on with', async () => {
    const launcher = await startLauncher({ stateFolder, port });
    await launcher.end('SIGKILL');
    const { launch } = await startAgain();
    process.kill(await pidAt(port), 'SIGKILL');

    await expect(launch.died).rejects.toThrow(/^fake \(pid \d+\) ended/);
    await launch.stop();
  });

  it('the next launch starts the server anew when its settings differ', async () => {
    const launcher = await startLauncher({ stateFolder, port });
    const pid = await pidAt(port);
    await launcher.end('SIGKILL');

    const { launch, events } = await startAgain('another');
    expect(await pidAt(port)).not.toBe(pid);
    expect(events).toContainEqual({ kind: 'leftOverStopped', part: 'fake', pid, reason: 'settings differ' });
    await launch.stop();
  });

  it('the next launch starts the server anew when it does not answer', async () => {
    const launcher = await startLauncher({ stateFolder, port });
    const pid = await pidAt(port);
    await launcher.end('SIGKILL');
    process.kill(pid, 'SIGSTOP');

    const { launch } = await startAgain();
    expect(await pidAt(port)).not.toBe(pid);
    await launch.stop();
  });

  it.each([
    ['whose start time is another', (record: ChildRecord) => ({ ...record, startTime: 'another' })],
    ['whose data is elsewhere', (record: ChildRecord) => ({ ...record, dataFolder: join(stateFolder, '../other') })],
  ])('a process %s is nobody of ours and stays', async (_, change) => {
    const foreign = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const identity = identify(foreign.pid ?? 0);
      if (identity === undefined) throw new Error('expected a running process');
      const server = fakeServer({ stateFolder, port });
      const { name, dataFolder, ports, command } = server;
      const log = join(stateFolder, 'fake.log');
      const record = {
        name,
        kind: 'server',
        ...identity,
        dataFolder,
        ports,
        command,
        fingerprint: '',
        log,
        logStart: 0,
      };
      // A first launch makes the folder ours.
      await (await Launch.start({ stateFolder, servers: [], onEvent: () => undefined })).stop();
      new ChildRecords(stateFolder).write(change(record as ChildRecord));

      const { launch, events } = await startAgain();
      await launch.stop();

      expect(isRunning(identity)).toBe(true);
      expect(events.map(({ kind }) => kind)).toEqual(['started', 'ready', 'stopping', 'stopped']);
    } finally {
      foreign.kill('SIGKILL');
      await once(foreign, 'exit');
    }
  });
});

describe('a launcher process', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('stops everything on %s', async (signal) => {
    const launcher = await startLauncher({ stateFolder, port });

    expect(await launcher.end(signal)).toBe(0);
    expect(await isFree(port)).toBe(true);
    expect(new ChildRecords(stateFolder).running()).toEqual([]);
  });

  it('uses force at the second signal', async () => {
    const launcher = await startLauncher({ stateFolder, port, before: `process.on('SIGTERM', () => {})` });
    const again = setInterval(() => {
      launcher.signal('SIGINT');
    }, 100);
    expect(await launcher.ended).toBe(0);
    clearInterval(again);

    expect(launcher.lines).toContain('{"kind":"stopped","part":"fake","forced":true}');
    expect(await isFree(port)).toBe(true);
  });

  it('is named to a second one on the same folder, which starts nothing', async () => {
    const launcher = await startLauncher({ stateFolder, port });

    await expect(startAgain()).rejects.toThrow(`is already running: process ${launcher.pid} has started it`);
    expect(await pidAt(port)).toBeGreaterThan(0);
    await launcher.end('SIGTERM');
  });
});
