import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A cell as a number, a time in epoch ms, a text, or null for none. */
export type Cell = string | number | null;

/** A busy machine is slow, never wrong. */
const PATIENCE_MS = 110_000;

/** The page in a window of its own, and whatever it complains about. */
export class PageDriver {
  /** Lines of the console that are no plain message, scripts that failed, and requests that did. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly address: string,
  ) {
    page.on('console', (line) => {
      // A search over all pipelines is refused while another suite creates an index; the page says so and searches again.
      const isRefused = line.text().includes('status of 503');
      if (['error', 'warning'].includes(line.type()) && !isRefused) this.complaints.push(line.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  static async open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<PageDriver> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
    page.setDefaultTimeout(PATIENCE_MS);
    return new PageDriver(page, address);
  }

  /** Shows the page under these filters, and waits for its numbers. */
  async show(filters: Readonly<Record<string, string>>): Promise<void> {
    await this.page.goto(`${this.address}?${String(new URLSearchParams(filters))}`);
    await this.page.locator('#state', { hasText: 'as of' }).waitFor();
  }

  /** Resolves when the chosen value has been searched for. */
  async choose(filter: string, value: string): Promise<void> {
    const searched = this.page.waitForResponse((response) => response.url().includes('/search?'));
    await this.page.locator(`select[name=${filter}]`).selectOption(value);
    await searched;
  }

  /** What the panel's table says, without its head. */
  async numbers(id: string): Promise<Cell[][]> {
    const panel = this.page.locator(`#${id}`);
    if ((await panel.locator('details:not([open])').count()) > 0) await panel.locator('summary').click();
    await panel.locator('tbody').waitFor({ state: 'attached' });
    const width = await panel.locator('th').count();
    const cells = (await panel.locator('td').allTextContents()).map(cellOf);
    return Array.from({ length: cells.length / width }, (_, row) => cells.slice(row * width, (row + 1) * width));
  }

  /** Heights of the columns that are drawn, from left to right, in pixels; those of no height are left out. */
  async columnHeights(id: string): Promise<number[]> {
    const columns = await this.page.locator(`#${id} .mark-rect path`).all();
    const boxes = await Promise.all(columns.map((column) => column.boundingBox()));
    return boxes.flatMap((box) => (box === null || box.height < 1 ? [] : [box])).map(({ height }) => height);
  }

  /** What axe finds that keeps somebody from using the page: impact serious or critical. Within a chart all is hidden. */
  async seriousViolations(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<axe.AxeResults>(
      `axe.run({ exclude: ['.chart > *'] }, { resultTypes: ['violations'] })`,
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

function cellOf(text: string): Cell {
  if (text === '–') return null;
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) return Date.parse(`${text.replace(' ', 'T')}Z`);
  return /^-?[\d,]+(\.\d+)?$/.test(text) ? Number(text.replaceAll(',', '')) : text;
}
