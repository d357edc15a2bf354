import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { Launch, type LaunchOptions } from '../../deploy/local/launch';
import { ChildRecords } from '../../deploy/local/processes/child-record';
import { isFree } from '../../deploy/local/processes/free-port';
import type { StackEvent } from '../../deploy/local/stack-event';
import { fakeCompanion, fakeServer, pidAt } from './fake-server';
import { freePort, newStateFolder, removeStateFolder, until } from './launch-folder';

let stateFolder: string;
let events: StackEvent[];
const launches: Launch[] = [];

beforeEach(async () => {
  stateFolder = await newStateFolder();
  events = [];
});
afterEach(async () => {
  for (const launch of launches.splice(0)) await launch.stop().catch(() => undefined);
  await removeStateFolder(stateFolder);
});

async function start(options: Partial<LaunchOptions>): Promise<Launch> {
  const onEvent = (event: StackEvent): void => {
    events.push(event);
  };
  const launch = await Launch.start({ stateFolder, servers: [], onEvent, ...options });
  launches.push(launch);
  return launch;
}

const kinds = (part: string): string[] => events.filter((event) => event.part === part).map(({ kind }) => kind);

describe('a launch', () => {
  it('starts a server, records it while it runs, and stops it', async () => {
    const port = await freePort();
    const launch = await start({ servers: [fakeServer({ stateFolder, port })] });
    const pid = await pidAt(port);

    expect(new ChildRecords(stateFolder).running()).toMatchObject([{ name: 'fake', pid, ports: [port] }]);
    await launch.stop();

    expect(await isFree(port)).toBe(true);
    expect(new ChildRecords(stateFolder).running()).toEqual([]);
    expect(kinds('fake')).toEqual(['started', 'ready', 'stopping', 'stopped']);
  });

  it('names a server that ends while it starts, with its last lines, and stops the others', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const before = `console.log('cannot read the data'); process.exit(3)`;
    const servers = [
      fakeServer({ stateFolder, port, before }),
      fakeServer({ name: 'other', stateFolder, port: other }),
    ];

    await expect(start({ servers })).rejects.toThrow(
      /^fake \(pid \d+\) ended with exit code 3\.[^]*cannot read the data$/,
    );
    expect(await isFree(other)).toBe(true);
    expect(new ChildRecords(stateFolder).running()).toEqual([]);
  });

  it('names a server that ends later, and stops the others', async () => {
    const [port, other] = [await freePort(), await freePort()];
    const launch = await start({
      servers: [fakeServer({ stateFolder, port }), fakeServer({ name: 'other', stateFolder, port: other })],
    });
    process.kill(await pidAt(port), 'SIGKILL');

    await expect(launch.died).rejects.toThrow(/^fake \(pid \d+\) was ended by SIGKILL/);
    await launch.stop();
    expect(await isFree(other)).toBe(true);
  });

  it('names a program that cannot be started', async () => {
    const server = fakeServer({ stateFolder, port: await freePort() });

    await expect(start({ servers: [{ ...server, command: ['/no/such/program'] }] })).rejects.toThrow(
      'fake cannot be started: no program /no/such/program that may be executed',
    );
  });

  it('refuses a port on which somebody else listens, and leaves them alone', async () => {
    const foreign = createServer((_, response) => response.end('0'));
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { port } = foreign.address() as { port: number };
    try {
      await expect(start({ servers: [fakeServer({ stateFolder, port })] })).rejects.toThrow(
        new RegExp(`^fake needs port ${port} of 127.0.0.1, and .*pid ${process.pid}.* listens there$`),
      );
      expect(await pidAt(port)).toBe(0);
    } finally {
      foreign.close();
    }
  });

  it('waits for a server that runs elsewhere, and neither starts nor stops it', async () => {
    const port = await freePort();
    const { name, address, probe } = fakeServer({ stateFolder, port });
    const starting = start({ servers: [{ name, address, probe, managed: false }] });
    await until('it has waited visibly', () => kinds('fake').includes('waiting'));
    const foreign = createServer((_, response) => response.end('0')).listen(port, '127.0.0.1');
    try {
      await (await starting).stop();

      expect(await pidAt(port)).toBe(0);
      expect(new Set(kinds('fake'))).toEqual(new Set(['waiting', 'ready']));
    } finally {
      foreign.close();
    }
  });

  it('gives up a start that is interrupted, and stops what runs by then', async () => {
    const port = await freePort();
    const interrupt = new AbortController();
    const never = { ...fakeServer({ stateFolder, port }), probe: () => Promise.reject(new Error('not yet')) };
    const starting = start({ servers: [never], signal: interrupt.signal });
    await until('it has started', () => kinds('fake').includes('started'));
    interrupt.abort(new Error('enough'));

    await expect(starting).rejects.toThrow('enough');
    expect(new ChildRecords(stateFolder).running()).toEqual([]);
  });

  it('stops companions, then what they left running, then servers', async () => {
    const order: string[] = [];
    const launch = await start({
      servers: [fakeServer({ stateFolder, port: await freePort() })],
      afterCompanions: async () => {
        order.push('hook');
        return Promise.resolve();
      },
      onEvent: ({ kind, part }) => {
        if (kind === 'stopped') order.push(part);
      },
    });
    launch.startCompanion(fakeCompanion());
    await launch.stop();

    expect(order).toEqual(['companion', 'hook', 'fake']);
  });

  it('starts a companion again when it is killed, and not when it is stopped', async () => {
    const launch = await start({});
    launch.startCompanion(fakeCompanion());
    const [first] = new ChildRecords(stateFolder).running();
    process.kill(first?.pid ?? 0, 'SIGKILL');
    await until('it has started again', () => kinds('companion').length === 3);
    await launch.stop();

    expect(kinds('companion')).toEqual(['started', 'ended', 'started', 'stopping', 'stopped']);
    const description = expect.stringMatching(/^companion \(pid \d+\) was ended by SIGKILL/) as string;
    expect(events[1]).toMatchObject({ kind: 'ended', description, restartInMs: 1000 });
    expect(new ChildRecords(stateFolder).running()).toEqual([]);
  });

  it('writes what a child says into a log of the state folder', async () => {
    const launch = await start({});
    launch.startCompanion(fakeCompanion());
    const [record] = new ChildRecords(stateFolder).running();

    expect(existsSync(record?.log ?? '')).toBe(true);
    expect(record?.log.startsWith(stateFolder)).toBe(true);
  });
});
