import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointsOf, whyNotReady } from '../../deploy/local/endpoints';
import { ProcessRecords } from '../../deploy/local/processes/process-records';
import { pageService } from '../../deploy/local/services/worker-and-page';
import { SupervisedService } from '../../deploy/local/supervised-service';
import { loadConfig } from '../../workers/config';
import { writeSelfSigned } from '../support/self-signed';
import { freePort, newStateFolder, removeStateFolder } from './state-folder';

const PAGE_TOKEN = 'a-token-of-the-tests';

describe('the page of the stack', () => {
  it('answers at its port and records which one it uses', async () => {
    const stateFolder = await newStateFolder();
    const PAGE_PORT = String(await freePort());
    const config = loadConfig({ PAGE_PORT });
    const records = new ProcessRecords(stateFolder);
    const definition = Promise.resolve(pageService(config, {}, { ...process.env, PAGE_PORT }));
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

  it('is ready with a certificate and a login too, and gets no setting of others', async () => {
    const stateFolder = await newStateFolder();
    const { certificateFile, keyFile } = await writeSelfSigned(stateFolder, 'charts.example');
    const PAGE_PORT = String(await freePort());
    const own = { PAGE_PORT, PAGE_CERTIFICATE_FILE: certificateFile, PAGE_KEY_FILE: keyFile, PAGE_TOKEN };
    const config = loadConfig(own);
    const environment = { ...process.env, ...own, KIBANA_API_KEY: 'of-others' };
    const service = pageService(config, {}, environment);
    expect(Object.keys(service.env)).toEqual(expect.arrayContaining(Object.keys(own)));
    expect(Object.keys(service.env)).not.toContain('KIBANA_API_KEY');
    const page = new SupervisedService(
      'page',
      Promise.resolve(service),
      new ProcessRecords(stateFolder),
      () => undefined,
    );
    try {
      await page.ready;
      expect(await whyNotReady(endpointsOf(config).page)).toBeUndefined();
      expect(endpointsOf(config).page.address).toBe(`https://127.0.0.1:${PAGE_PORT}/`);
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
