import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

/** One static file of the page. */
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

/** Reads every file of the page into memory, by its URL path, so that no request can read another file. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const name of filesIn(PAGE, Object.keys(TYPES))) add(files, `/${name}`, join(PAGE, name));
  add(files, '/', join(PAGE, 'index.html'));
  // The first two are next to the modules that Node resolves, and import no other file.
  add(files, '/vega/vega.min.js', join(dirname(require.resolve('vega')), 'vega.min.js'));
  add(files, '/vega/vega-lite.min.js', join(dirname(require.resolve('vega-lite')), 'vega-lite.min.js'));
  add(files, '/vega/vega-interpreter.js', require.resolve('vega-interpreter'));
  const util = dirname(require.resolve('vega-util'));
  for (const name of filesIn(util, ['.js'])) add(files, `/vega/vega-util/${name}`, join(util, name));
  return files;
}

/** Returns the Content-Security-Policy sources that allow the inline scripts of a document. */
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
