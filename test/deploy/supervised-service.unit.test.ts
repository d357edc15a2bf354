import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { isFree } from '../../deploy/local/processes/ports';
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
  const made = new SupervisedService(name, Promise.resolve(service), new ProcessRecords(stateFolder), onEvent);
  supervised.push(made);
  return made;
}

const kinds = (part = 'fake'): string[] => events.filter((event) => event.part === part).map(({ kind }) => kind);
const exits = (part = 'fake'): Extract<StackEvent, { kind: 'exited' }>[] =>
  events.filter((event) => event.kind === 'exited').filter((event) => event.part === part);

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

  it('is restarted when it is killed, but not when it is stopped', async () => {
    const service = supervise(fakeService({ stateFolder, port }));
    await service.ready;
    const killed = await pidAt(port);
    process.kill(killed, 'SIGKILL');
    await until('it is ready again', () => kinds().filter((kind) => kind === 'ready').length === 2);

    expect(await pidAt(port)).not.toBe(killed);
    expect(exits()).toMatchObject([
      {
        description: expect.stringMatching(/^fake \(pid \d+\) was terminated by SIGKILL/) as string,
        restartDelayMs: 1000,
      },
    ]);
    await service.stop();
    expect(kinds()).toEqual(['started', 'ready', 'exited', 'started', 'ready', 'stopping', 'stopped']);
  });

  it('is reported with its last lines when it exits five times in a row, while another one keeps running', async () => {
    const otherPort = await freePort();
    await supervise(fakeService({ name: 'other', stateFolder, port: otherPort }), 'other').ready;
    const before = `console.log('cannot read the data'); process.exit(3)`;
    const service = supervise(fakeService({ stateFolder, port, before }));

    await expect(service.crashLoop).rejects.toThrow(
      /^fake exited 5 times in a row: fake \(pid \d+\) exited with code 3\.[^]*cannot read the data$/,
    );
    expect(exits().map(({ restartDelayMs }) => restartDelayMs)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(exits().map(describeEvent).at(-1)).toMatch(
      /^fake: exited 5 times in a row; the other parts keep running; restarting in 16\.0 s\. [^]*cannot read the data$/,
    );
    expect(await pidAt(otherPort)).toBeGreaterThan(0);
    expect(exits('other')).toEqual([]);
  });

  it('reports that its program cannot be started, and retries', async () => {
    supervise({ ...fakeService({ stateFolder, port }), command: ['/no/such/program'] });
    await until('it has failed twice', () => exits().length === 2);

    expect(exits()[0]?.description).toBe(
      'fake cannot be started: expected an executable program, got /no/such/program',
    );
  });

  it('waits for a port of another process, reports its owner, and leaves it alone', async () => {
    const foreign = createServer((_, response) => response.end('0'));
    await new Promise<void>((resolve) => foreign.listen(port, '127.0.0.1', resolve));
    const service = supervise(fakeService({ stateFolder, port }));
    try {
      await until('it has failed once', () => exits().length === 1);
      expect(exits()[0]?.description).toMatch(
        new RegExp(`^fake needs port ${port} of 127.0.0.1, but .*pid ${process.pid}.* listens on it$`),
      );
      expect(await pidAt(port)).toBe(0);
    } finally {
      await new Promise((resolve) => foreign.close(resolve));
    }
    await service.ready;
    expect(await pidAt(port)).toBeGreaterThan(0);
  });

  it('waits until everything that it needs is available, and is not started if that fails', async () => {
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
    const service = supervise({ ...fake, endpoint: { name: 'fake', managed: true, address: '', probe } });
    await until('it has started', () => kinds().includes('started'));
    await service.stop();

    expect(new ProcessRecords(stateFolder).running()).toEqual([]);
    expect(kinds().at(-1)).toBe('stopped');
  });

  it('counts as ready as soon as it runs if nothing connects to it', async () => {
    const command: Service['command'] = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
    await supervise({ ...fakeService({ stateFolder, port }), endpoint: undefined, ports: [], command }).ready;

    expect(kinds()).toEqual(['started']);
  });

  it('writes its output to a log in the state folder', async () => {
    await supervise(fakeService({ stateFolder, port })).ready;
    const [record] = new ProcessRecords(stateFolder).running();

    expect(existsSync(record?.log ?? '')).toBe(true);
    expect(record?.log.startsWith(stateFolder)).toBe(true);
  });
});
