import { Client, HttpConnection } from '@elastic/elasticsearch';
import type { RunningPipelines } from '../../../kibana/charts/running-pipeline';
import type { RunningServer } from '../../../workers/http/guarded-server';
import { servePage } from '../../../workers/page/page-server';
import { OPEN_ENDPOINT } from '../../support/open-endpoint';
import { stackAddresses } from '../../support/stack';
import { OwnBrowser } from './browser';
import { PageDriver } from './page-driver';

let running: RunningPipelines;
let elasticsearch: Client;
let server: RunningServer;
let own: OwnBrowser;
beforeAll(async () => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, Connection: HttpConnection });
  server = await servePage({ elasticsearch, pipelines: { list: () => Promise.resolve(running) } }, OPEN_ENDPOINT);
  own = await OwnBrowser.start();
});
afterAll(async () => {
  await own.stop();
  await server.close();
  await elasticsearch.close();
});

/** The lines that the page shows of running pipelines. */
async function linesOf(shown: RunningPipelines): Promise<string[]> {
  running = shown;
  const page = await PageDriver.open(own.browser, `http://127.0.0.1:${server.port}/`, {});
  try {
    await page.page.goto(`http://127.0.0.1:${server.port}/`);
    const place = page.page.locator('#running');
    await place.waitFor();
    return (await place.innerText()).split('\n').filter((line) => line !== '');
  } finally {
    await page.close();
  }
}

describe('the running pipelines on the local page', () => {
  it('show what they do, how much waits, and with which command a paused one goes on', async () => {
    const command = 'temporal workflow update execute -w pipeline/plant --name resume';
    const paused = { state: 'PAUSED', place: 'readings', reason: 'an upgrade', command };
    const proof = {
      ...{ provenUntil: '2031-02-03T12:40:00.000Z', latest: [{ number: 9, provenAt: '2031-02-03T12:41:30.000Z' }] },
      earlier: { first: 2, last: 8, provenAt: '2031-02-03T11:31:00.000Z', turnMs: 4_200_000 },
    };
    const counts = {
      produced: 5_000,
      waiting: 1_200,
      behindMs: { spark: 1_240, readings: 2_060 },
      p95Ms: 1_640,
      proof,
    };
    const plant = { name: 'plant', state: 'PAUSED', phase: 'running', attention: [paused], ...counts };
    expect(await linesOf({ pipelines: [plant, { name: 'silent', state: null }] })).toEqual([
      'Running pipelines',
      'plant: running, PAUSED, produced 5,000, waiting 1,200, Spark behind by 1.2 s, readings behind by 2.1 s, 95 % indexed within 1.6 s, proven until 2031-02-03 12:40 UTC',
      'range last proven: 9 at 2031-02-03 12:41 UTC',
      'ranges 2 to 8: each again within 70 min, longest ago at 2031-02-03 11:31 UTC',
      'PAUSED readings: an upgrade',
      command,
      'silent: no worker answers for it',
    ]);
  });

  it('are not known while Temporal is away, which the page says', async () => {
    expect(await linesOf({ pipelines: [], unreachable: 'connection refused' })).toEqual([
      'Temporal does not answer',
      'What pipelines do now is not known: connection refused',
    ]);
  });
});
