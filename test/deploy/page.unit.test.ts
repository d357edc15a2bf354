import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointsOf, whyNotReady } from '../../deploy/local/endpoints';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import { pageService } from '../../deploy/local/services/worker-and-page';
import { SupervisedService } from '../../deploy/local/supervised-service';
import { addressesOf, loadConfig } from '../../workers/config';
import { freePort, newStateFolder, removeStateFolder } from './state-folder';

describe('the page of the stack', () => {
  it('answers at its port and records which one it uses', async () => {
    const stateFolder = await newStateFolder();
    const PAGE_PORT = String(await freePort());
    const config = loadConfig({ PAGE_PORT });
    const records = new ProcessRecords(stateFolder);
    const definition = Promise.resolve(pageService(config, addressesOf(config), { ...process.env, PAGE_PORT }));
    const page = new SupervisedService('page', definition, records, () => undefined);
    try {
      await page.ready;
      expect(await whyNotReady(endpointsOf(config).page)).toBeUndefined();
      expect(records.running()).toMatchObject([{ name: 'page', ports: [Number(PAGE_PORT)] }]);
      await page.stop();
      expect(await whyNotReady(endpointsOf(config).page)).toContain('ECONNREFUSED');
    } finally {
      await page.stop();
      await removeStateFolder(stateFolder);
    }
  });

  it('is not mistaken for another server', async () => {
    const other = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const config = loadConfig({ PAGE_PORT: String(port) });
      expect(await whyNotReady(endpointsOf(config).page)).toBe(`http://127.0.0.1:${port}/ is not the page`);
    } finally {
      other.close();
    }
  });
});
