import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockStateFolder, stopOrphans } from '../../deploy/local/state-folder';
import { isFree } from '../../deploy/local/processes/ports';
import { identify, isRunning } from '../../deploy/local/processes/identity';
import { type ProcessRecord, ProcessRecords } from '../../deploy/local/processes/process-records';
import type { StackEvent } from '../../deploy/local/stack-event';
import { pidAt } from './fake-service';
import { startLauncher } from './launcher-process';
import { freePort, newStateFolder, removeStateFolder } from './state-folder';

let stateFolder: string;
let port: number;

beforeEach(async () => {
  stateFolder = await newStateFolder();
  port = await freePort();
});
afterEach(async () => {
  await removeStateFolder(stateFolder);
});

describe('after a kill -9 of the launcher', () => {
  it('the next one stops orphaned processes, and starts the service again', async () => {
    const killed = await startLauncher({ stateFolder, port });
    const pid = await pidAt(port);
    await killed.end('SIGKILL');
    expect(await pidAt(port)).toBe(pid);

    const next = await startLauncher({ stateFolder, port });
    expect(next.lines[0]).toBe(JSON.stringify({ kind: 'orphanStopped', part: 'fake', pid }));
    expect(await pidAt(port)).not.toBe(pid);
    expect(await next.end('SIGTERM')).toBe(0);
    expect(await isFree(port)).toBe(true);
  });

  it('the next one also stops a process that hangs', async () => {
    const killed = await startLauncher({ stateFolder, port });
    const pid = await pidAt(port);
    await killed.end('SIGKILL');
    process.kill(pid, 'SIGSTOP');

    await stopOrphans(stateFolder, () => undefined);
    expect(await isFree(port)).toBe(true);
  });

  it.each([
    ['with another start time', (record: ProcessRecord) => ({ ...record, startTime: 'another' })],
    [
      'of a copied state folder',
      (record: ProcessRecord) => ({ ...record, stateFolder: join(stateFolder, '../other') }),
    ],
  ])('a process %s is left alone', async (_, change) => {
    const foreign = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const identity = identify(foreign.pid ?? 0);
      if (identity === undefined) throw new Error('expected a running process');
      const record = { ...identity, name: 'fake', stateFolder, ports: [port], log: join(stateFolder, 'fake.log') };
      mkdirSync(stateFolder, { recursive: true });
      new ProcessRecords(stateFolder).write(change(record));
      const events: StackEvent[] = [];
      await stopOrphans(stateFolder, (event) => events.push(event));

      expect(isRunning(identity)).toBe(true);
      expect(events).toEqual([]);
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
    expect(new ProcessRecords(stateFolder).running()).toEqual([]);
  });

  it('sends SIGKILL after the second signal', async () => {
    const launcher = await startLauncher({ stateFolder, port, before: `process.on('SIGTERM', () => {})` });
    const again = setInterval(() => {
      launcher.signal('SIGINT');
    }, 100);
    expect(await launcher.ended).toBe(0);
    clearInterval(again);

    expect(launcher.lines).toContain('{"kind":"stopped","part":"fake","forced":true}');
    expect(await isFree(port)).toBe(true);
  });

  it('prevents a second one on the same folder, which starts nothing', async () => {
    const launcher = await startLauncher({ stateFolder, port });

    await expect(lockStateFolder(stateFolder)).rejects.toThrow(
      `is already running: its launcher is process ${launcher.pid}`,
    );
    expect(await pidAt(port)).toBeGreaterThan(0);
    await launcher.end('SIGTERM');
  });
});
