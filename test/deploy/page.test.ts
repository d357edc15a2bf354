import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Launch } from '../../deploy/local/launch';
import { pageAt, pageCompanion } from '../../deploy/local/page';
import { ChildRecords } from '../../deploy/local/processes/child-record';
import { untilReady, whyNotReady } from '../../deploy/local/readiness';
import { addressesOf } from '../../workers/addresses';
import { loadConfig } from '../../workers/config';
import { freePort, newStateFolder, removeStateFolder } from './launch-folder';

describe('the page of the stack', () => {
  it('answers at its port, says which one it holds, and comes back when it is killed', async () => {
    const stateFolder = await newStateFolder();
    const PAGE_PORT = String(await freePort());
    const config = loadConfig({ PAGE_PORT });
    const launch = await Launch.start({ stateFolder, servers: [], onEvent: () => undefined });
    const serves = (): Promise<void> =>
      untilReady(pageAt(config), {
        patienceMs: 60_000,
        onEvent: () => undefined,
        signal: new AbortController().signal,
      });
    try {
      launch.startCompanion(pageCompanion(config, addressesOf(config), { ...process.env, PAGE_PORT }));
      await serves();
      const [record] = new ChildRecords(stateFolder).running();
      expect(record).toMatchObject({ name: 'page', ports: [Number(PAGE_PORT)] });
      process.kill(record?.pid ?? 0, 'SIGKILL');
      await serves();
      await launch.stop();
      expect(await whyNotReady(pageAt(config))).toContain('ECONNREFUSED');
    } finally {
      await launch.stop();
      await removeStateFolder(stateFolder);
    }
  });

  it('is not mistaken for another server', async () => {
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const config = loadConfig({ PAGE_PORT: String(port) });
      expect(await whyNotReady(pageAt(config))).toBe(`http://127.0.0.1:${port}/ is not the page`);
    } finally {
      other.close();
    }
  });
});
