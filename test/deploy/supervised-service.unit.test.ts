import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { isFree } from '../../deploy/local/processes/free-port';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import type { Service } from '../../deploy/local/service';
import { describeEvent, type StackEvent } from '../../deploy/local/stack-event';
import { SupervisedService } from '../../deploy/local/supervised-service';
import { fakeService, pidAt } from './fake-service';
import { freePort, newStateFolder, removeStateFolder, until } from './state-folder';

let stateFolder: string;
let port: number;
let events: StackEvent[];
const supervised: SupervisedService[] = [];

beforeEach(async () => {
  stateFolder = await newStateFolder();
  port = await freePort();
  events = [];
});
afterEach(async () => {
  await Promise.all(supervised.splice(0).map((service) => service.stop()));
  await removeStateFolder(stateFolder);
});

function supervise(service: Promise<Service> | Service, name = 'fake'): SupervisedService {
  const onEvent = (event: StackEvent): void => {
    events.push(event);
  };
  const records = new ProcessRecords(stateFolder);
  const made = new SupervisedService(name, Promise.resolve(service), { stateFolder, records, onEvent });
  supervised.push(made);
  return made;
}

const kinds = (part = 'fake'): string[] => events.filter((event) => event.part === part).map(({ kind }) => kind);
const ends = (part = 'fake'): Extract<StackEvent, { kind: 'ended' }>[] =>
  events.filter((event) => event.kind === 'ended').filter((event) => event.part === part);

describe('a supervised service', () => {
  it('is started, recorded while it runs, and stopped', async () => {
    const service = supervise(fakeService({ stateFolder, port }));
    await service.ready;
    const pid = await pidAt(port);

    expect(new ProcessRecords(stateFolder).running()).toMatchObject([{ name: 'fake', pid, ports: [port] }]);
    await service.stop();

    expect(await isFree(port)).toBe(true);
    expect(new ProcessRecords(stateFolder).running()).toEqual([]);
    expect(kinds()).toEqual(['started', 'ready', 'stopping', 'stopped']);
  });

  it('comes back when it is killed, and not when it is stopped', async () => {
    const service = supervise(fakeService({ stateFolder, port }));
    await service.ready;
    const killed = await pidAt(port);
    process.kill(killed, 'SIGKILL');
    await until('it serves again', () => kinds().filter((kind) => kind === 'ready').length === 2);

    expect(await pidAt(port)).not.toBe(killed);
    expect(ends()).toMatchObject([
      { description: expect.stringMatching(/^fake \(pid \d+\) was ended by SIGKILL/) as string, restartInMs: 1000 },
    ]);
    await service.stop();
    expect(kinds()).toEqual(['started', 'ready', 'ended', 'started', 'ready', 'stopping', 'stopped']);
  });

  it('is named with its last lines when it ends five times in a row, while another one stays', async () => {
    const otherPort = await freePort();
    await supervise(fakeService({ name: 'other', stateFolder, port: otherPort }), 'other').ready;
    const before = `console.log('cannot read the data'); process.exit(3)`;
    const service = supervise(fakeService({ stateFolder, port, before }));

    await expect(service.crashLoop).rejects.toThrow(
      /^fake has ended 5 times in a row: fake \(pid \d+\) ended with exit code 3\.[^]*cannot read the data$/,
    );
    expect(ends().map(({ restartInMs }) => restartInMs)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(ends().map(describeEvent).at(-1)).toMatch(
      /^fake: has ended 5 times in a row; the other parts stay\. It starts again in 16\.0 s\. [^]*cannot read the data$/,
    );
    expect(await pidAt(otherPort)).toBeGreaterThan(0);
    expect(ends('other')).toEqual([]);
  }, 60_000);

  it('says when its program cannot be started, and tries again', async () => {
    supervise({ ...fakeService({ stateFolder, port }), command: ['/no/such/program'] });
    await until('it has been tried twice', () => ends().length === 2);

    expect(ends()[0]?.description).toBe(
      'fake cannot be started: expected an executable program, came /no/such/program',
    );
  });

  it('waits for a port that somebody else has, names them, and leaves them alone', async () => {
    const foreign = createServer((_, response) => response.end('0'));
    await new Promise<void>((resolve) => foreign.listen(port, '127.0.0.1', resolve));
    const service = supervise(fakeService({ stateFolder, port }));
    try {
      await until('it has given up once', () => ends().length === 1, 60_000);
      expect(ends()[0]?.description).toMatch(
        new RegExp(`^fake needs port ${port} of 127.0.0.1, and .*pid ${process.pid}.* listens there$`),
      );
      expect(await pidAt(port)).toBe(0);
    } finally {
      await new Promise((resolve) => foreign.close(resolve));
    }
    await service.ready;
    expect(await pidAt(port)).toBeGreaterThan(0);
  });

  it('waits until everything that it needs is there, and is not started where that fails', async () => {
    let arrive: (service: Service) => void = () => undefined;
    const waiting = supervise(new Promise<Service>((resolve) => (arrive = resolve)));
    const missing = supervise(Promise.reject(new Error('no such part')), 'missing');

    await expect(missing.ready).rejects.toThrow('no such part');
    await missing.stop();
    expect(kinds()).toEqual([]);
    arrive(fakeService({ stateFolder, port }));
    await waiting.ready;
    expect(kinds('missing')).toEqual(['stopping', 'stopped']);
  });

  it('can be stopped while it is starting', async () => {
    const probe = (): Promise<void> => Promise.reject(new Error('not yet'));
    const fake = fakeService({ stateFolder, port });
    const service = supervise({ ...fake, endpoint: { name: 'fake', address: '', probe } });
    await until('it has started', () => kinds().includes('started'));
    await service.stop();

    expect(new ProcessRecords(stateFolder).running()).toEqual([]);
    expect(kinds().at(-1)).toBe('stopped');
  });

  it('counts as ready as soon as it runs where nobody connects to it', async () => {
    const command: Service['command'] = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
    await supervise({ ...fakeService({ stateFolder, port }), endpoint: undefined, ports: [], command }).ready;

    expect(kinds()).toEqual(['started']);
  });

  it('writes what it says into a log of the state folder', async () => {
    await supervise(fakeService({ stateFolder, port })).ready;
    const [record] = new ProcessRecords(stateFolder).running();

    expect(existsSync(record?.log ?? '')).toBe(true);
    expect(record?.log.startsWith(stateFolder)).toBe(true);
  });
});
