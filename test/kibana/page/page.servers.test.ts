import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import type { RunningServer } from '../../../workers/http/guarded-server';
import { servePage } from '../../../workers/page/page-server';
import { OPEN_ENDPOINT } from '../../support/open-endpoint';
import { openGate, type ServerGate } from '../../support/server-gate';
import { stackAddresses } from '../../support/stack';
import { DAY, writeKnownData } from '../known-data';
import type { SavedRow } from '../lens-search';
import { panels, shownByKibana } from '../saved-panel';
import { OwnBrowser } from './browser';
import { writeDrawnData } from './drawn-data';
import { type Cell, PageDriver } from './page-driver';

const pipeline = `page-${randomUUID().slice(0, 8)}`;
/** On the picture of the README, whose other letters are never the same. */
const drawn = 'greenhouse';
const PICTURE = join(__dirname, '..', '..', '..', 'kibana', 'page', 'screenshot.png');

const FROM = `${DAY}T00:00:00.000Z`;
const TO = `${DAY}T04:00:00.000Z`;
const KNOWN = { pipeline, from: FROM, to: TO };
/** The page searches again after this at the latest. */
const REFRESH_MS = 60_000;
/** What the server makes of four hours. */
const INTERVAL = '5m';

let elasticsearch: Client;
/** Of the page, through the gate. */
let gated: Client;
let gate: ServerGate;
let server: RunningServer;
let own: OwnBrowser;
beforeAll(async () => {
  elasticsearch = new Client({ node: stackAddresses().elasticsearchNode, Connection: HttpConnection });
  await writeKnownData(elasticsearch, pipeline);
  await writeDrawnData(elasticsearch, drawn);
  gate = await openGate(stackAddresses().elasticsearchNode);
  gated = new Client({ node: gate.address, Connection: HttpConnection });
  const pipelines = { list: () => Promise.resolve({ pipelines: [] }) };
  server = await servePage({ elasticsearch: gated, pipelines }, OPEN_ENDPOINT);
  own = await OwnBrowser.start();
});
afterAll(async () => {
  await own.stop();
  await server.close();
  await gated.close();
  await gate.end();
  for (const name of [pipeline, drawn]) {
    await elasticsearch.indices.delete({
      index: Object.keys(await elasticsearch.indices.get({ index: `pipeline.${name}.*` })),
    });
  }
  await elasticsearch.close();
});

const opened: PageDriver[] = [];
afterEach(async () => {
  gate.open();
  await Promise.all(opened.splice(0).map((page) => page.close()));
});

async function open(options: Parameters<typeof PageDriver.open>[2] = {}): Promise<PageDriver> {
  const page = await PageDriver.open(own.browser, `http://127.0.0.1:${server.port}/`, options);
  opened.push(page);
  return page;
}

/** A row as the page shows it, to two digits. */
function cells({ keys, values }: SavedRow): Cell[] {
  const round = (cell: Cell): Cell => (typeof cell === 'number' ? Math.round(cell * 100) / 100 : cell);
  return [...keys, ...values].map((cell) => (cell === 'true' ? 'yes' : cell === 'false' ? 'no' : round(cell)));
}

/** The visible lines. */
async function linesOf(place: Locator): Promise<string[]> {
  return (await place.innerText()).split('\n').filter((line) => line !== '');
}

describe('the local page', () => {
  it('shows in every panel the results of the saved panel’s search', async () => {
    const page = await open();
    await page.show(KNOWN);
    const look = { from: FROM, to: TO, interval: INTERVAL, chosen: { 'provenance.pipeline': pipeline } };
    for (const { panelIndex: id } of panels) {
      const rows = await shownByKibana(elasticsearch, id, look);
      expect(rows.length).toBeGreaterThan(0);
      expect([id, await page.numbers(id)]).toEqual([id, rows.map(cells)]);
    }
    expect(page.complaints).toEqual([]);
  });

  it('counts the readings, dead letters and runs in the indices', async () => {
    const page = await open();
    await page.show({ pipeline });
    const inPanel = async (id: string): Promise<number> =>
      (await page.numbers(id)).reduce((sum, row) => sum + Number(row.at(-1)), 0);
    const inIndex = async (name: string): Promise<number> =>
      (await elasticsearch.count({ index: `pipeline.${pipeline}.${name}` })).count;
    expect(await inPanel('volume')).toBe(await inIndex('readings'));
    expect(await inPanel('dead-letters')).toBe(await inIndex('dead-letters'));
    expect(await page.numbers('runs')).toHaveLength(await inIndex('runs'));
  });

  it('lists the pipelines whose last run is not what was intended, with a link to each', async () => {
    const page = await open();
    const troubled = page.page.locator('#troubled');
    await page.show({});
    const line = troubled.locator('p').filter({ hasText: pipeline });
    expect(await line.innerText()).toMatch(/: its run of 2031-02-03 01:00 UTC is not reconciled$/);
    expect(await troubled.locator('p').filter({ hasText: drawn }).count()).toBe(0);
    expect(await line.getByRole('link').getAttribute('href')).toBe(`?pipeline=${pipeline}`);
    await page.show({ pipeline: drawn });
    expect(await troubled.isVisible()).toBe(false);
  });

  it('draws columns in proportion to their values', async () => {
    const page = await open();
    // Three days: a column is two hours.
    await page.show({ pipeline, from: FROM, to: '2031-02-06T00:00:00.000Z' });
    const [first = 0, ...others] = await page.columnHeights('volume');
    expect(others.map((height) => Math.round(first / height))).toEqual([3, 3]);
  });

  it('applies its filters, and keeps them in the URL', async () => {
    const page = await open();
    await page.show({ from: FROM, to: TO });
    await page.choose('pipeline', pipeline);
    await page.choose('device', 'd2');
    expect(new URL(page.page.url()).searchParams.get('pipeline')).toBe(pipeline);
    expect(new URL(page.page.url()).searchParams.get('device')).toBe('d2');
    expect((await page.numbers('words')).toSorted()).toEqual([
      ['valve', 1],
      ['wind', 1],
    ]);
    await page.page.goBack();
    await expect(page.page.locator('select[name=device]').inputValue()).resolves.toBe('');
    expect(page.complaints).toEqual([]);
  });

  it('covers all documents if no time range is selected', async () => {
    const page = await open();
    await page.show({ pipeline });
    expect(await page.page.locator('#state').textContent()).toMatch(/^2031-02-02 23:59 to 2031-02-03 04:00 UTC/);
  });

  it('explains what to do if there are no documents', async () => {
    const page = await open();
    const empty = page.page.locator('#empty');
    await page.show({ pipeline, from: '2001-01-01T00:00:00Z', to: '2001-01-02T00:00:00Z' });
    expect(await empty.textContent()).toContain('The newest reading is from 2031-02-03 04:00 UTC');
    expect(await linesOf(empty)).toEqual([
      'No documents in this time range',
      expect.stringMatching(/^The newest reading is from/),
      'Show all times',
    ]);
    await empty.getByRole('link').click();
    await page.page.locator('#volume .mark-rect').first().waitFor();
    await page.show({ pipeline: 'nobody' });
    expect(await empty.textContent()).toContain('No documents of pipeline nobody');
    expect(await linesOf(empty)).toEqual(['No documents of pipeline nobody', 'Show everything']);
    expect(page.complaints).toEqual([]);
  });

  it('explains how to start if no pipeline has run', async () => {
    const page = await open();
    await page.page.route('**/search?*', async (route) => {
      const answer = (await (await route.fetch()).json()) as object;
      const none = { documents: 0, newestReading: null, choices: { pipeline: [], device: [] } };
      await route.fulfill({ json: { ...answer, ...none } });
    });
    await page.show({});
    expect(await page.page.locator('#empty').textContent()).toContain('npm start');
  });

  it('reports that Elasticsearch is down, keeps the last result, and recovers by itself', async () => {
    const page = await open();
    const { clock } = page.page;
    await clock.install();
    await page.show(KNOWN);
    gate.close();
    await clock.fastForward(REFRESH_MS);
    const problem = page.page.getByRole('alert');
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/Elasticsearch does not answer.*npm run stack/);
    expect(await page.page.locator('#panels.stale #volume .mark-rect').count()).toBe(1);
    expect(await page.seriousViolations()).toEqual([]);
    gate.open();
    await clock.fastForward(REFRESH_MS);
    await problem.waitFor({ state: 'hidden' });
    expect(await page.page.locator('#panels.stale').count()).toBe(0);
  });

  it('reports that Elasticsearch is down from the start', async () => {
    gate.close();
    const page = await open();
    await page.page.goto(`http://127.0.0.1:${server.port}/`);
    await page.page
      .getByRole('alert')
      .filter({ hasText: 'ECONNRESET' })
      .or(page.page.getByRole('alert'))
      .first()
      .waitFor();
    expect(await page.page.getByRole('alert').textContent()).toContain('Elasticsearch does not answer');
  });

  it('reports each invalid filter', async () => {
    const page = await open();
    await page.page.goto(`http://127.0.0.1:${server.port}/?range=5y&colour=red`);
    const problem = page.page.getByRole('alert');
    await problem.waitFor();
    expect((await linesOf(problem)).at(-1)).toBe('Show everything');
    expect(await problem.locator('p').allTextContents()).toEqual([
      'range: expected one of all, 15m, 1h, 6h, 24h, 7d, 30d, got "5y"',
      'colour: expected only panel, range, from, to, pipeline, device',
    ]);
  });

  it.each([
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['on a phone', { viewport: { width: 360, height: 740 } }],
  ] as const)('has no serious accessibility violation %s, and no console error', async (_what, options) => {
    const page = await open(options);
    await page.show(KNOWN);
    await page.page.locator('#volume summary').click();
    expect(await page.seriousViolations()).toEqual([]);
    expect(page.complaints).toEqual([]);
  });

  it('fits the width of a phone', async () => {
    const page = await open({ viewport: { width: 360, height: 740 } });
    await page.show({ pipeline: drawn });
    expect(await page.page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });

  it('labels every chart with its title, unit and values', async () => {
    const page = await open();
    await page.show({ pipeline: drawn });
    const charts = await page.page.getByRole('img').all();
    expect(charts).toHaveLength(10);
    const words = await Promise.all(charts.map((chart) => chart.getAttribute('aria-label')));
    expect(
      words.filter((text) => !/^\S.*\. (Line|Column|Bar) chart |^\S.*\. (Bar chart\.|Heat map )/.test(text ?? '')),
    ).toEqual([]);
    expect(words[2]).toMatch(/^Temperature: average, minimum, maximum \(°C\)\. .*Average: lowest [\d.]+ °C, highest/);
  });

  it('can be captured as a screenshot', async () => {
    const page = await open({ viewport: { width: 1240, height: 1650 }, colorScheme: 'light' });
    await page.show({ pipeline: drawn });
    const path = process.env['PAGE_SCREENSHOT'] === undefined ? {} : { path: PICTURE };
    const picture = await page.page.screenshot(path);
    expect(picture.length).toBeGreaterThan(50_000);
    expect(picture.length).toBeLessThan(300_000);
  });
});
