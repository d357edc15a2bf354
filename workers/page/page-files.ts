import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** One file that the page is made of. */
export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const PAGE = join(__dirname, '..', '..', 'kibana', 'page');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Every file of the page by its path, read once: no address reaches anything else of this machine. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of filesIn(PAGE, Object.keys(TYPES))) add(files, `/${name}`, join(PAGE, name));
  add(files, '/', join(PAGE, 'index.html'));
  // The first two stand beside the modules that Node finds, and need no other file.
  add(files, '/vega/vega.min.js', join(dirname(require.resolve('vega')), 'vega.min.js'));
  add(files, '/vega/vega-lite.min.js', join(dirname(require.resolve('vega-lite')), 'vega-lite.min.js'));
  add(files, '/vega/vega-interpreter.js', require.resolve('vega-interpreter'));
  const util = dirname(require.resolve('vega-util'));
  for (const name of filesIn(util, ['.js'])) add(files, `/vega/vega-util/${name}`, join(util, name));
  return files;
}

/** What a Content-Security-Policy names the inline scripts of a document by. */
export function inlineScriptHashes(html: string): readonly string[] {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(([, script = '']) => script);
  return scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
}

function add(files: Map<string, PageFile>, path: string, file: string): void {
  files.set(path, { type: TYPES[extname(file)] ?? 'application/octet-stream', content: readFileSync(file) });
}

function filesIn(folder: string, extensions: readonly string[]): readonly string[] {
  return readdirSync(folder).filter((name) => extensions.includes(extname(name)));
}
