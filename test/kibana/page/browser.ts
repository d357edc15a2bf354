import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

/** Prints where the program is, after it has unpacked it there. */
const UNPACK = `require(${JSON.stringify(require.resolve('@sparticuz/chromium'))}).executablePath().then(console.log)`;

/** A headless Chromium out of npm, with libraries and fonts of its own: the machine need have none. */
export class OwnBrowser {
  private constructor(
    readonly browser: Browser,
    private readonly folder: string,
  ) {}

  static async start(): Promise<OwnBrowser> {
    const folder = mkdtempSync(join(tmpdir(), 'own-browser-'));
    // The package unpacks libraries only where it takes the machine for the one they were built on.
    const env = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', UNPACK], { env });
    // The package's own names fixed folders, and without any font Chromium dies.
    await writeFile(join(folder, 'fonts', 'fonts.conf'), fontSettings(folder));
    const browser = await chromium.launch({
      executablePath: stdout.trim(),
      timeout: 110_000,
      // Its sandbox needs rights that root in a container does not have; it sees our own pages only.
      args: ['--no-sandbox', '--font-render-hinting=none'],
      env: {
        ...process.env,
        LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
        FONTCONFIG_PATH: join(folder, 'fonts'),
        HOME: folder,
      },
    });
    return new OwnBrowser(browser, folder);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'fonts-cache')}</cachedir></fontconfig>
`;
}
