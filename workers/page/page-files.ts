import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';

const PAGE = join(__dirname, '..', '..', 'kibana', 'page');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads every file of the page into memory, by its URL path, so that no request can read another file. */
export function pageFiles(): ReadonlyMap<string, { readonly type: string; readonly content: Buffer }> {
  const util = dirname(require.resolve('vega-util'));
  const files = [
    ...filesIn(PAGE, '/', Object.keys(TYPES)),
    ['/', join(PAGE, 'index.html')],
    // These two are next to the modules that Node resolves, and import no other file.
    ['/vega/vega.min.js', join(dirname(require.resolve('vega')), 'vega.min.js')],
    ['/vega/vega-lite.min.js', join(dirname(require.resolve('vega-lite')), 'vega-lite.min.js')],
    ['/vega/vega-interpreter.js', require.resolve('vega-interpreter')],
    ...filesIn(util, '/vega/vega-util/', ['.js']),
  ] as const;
  return new Map(
    files.map(([path, file]) => [path, { type: TYPES[extname(file)] ?? '', content: readFileSync(file) }]),
  );
}

/** Returns the Content-Security-Policy sources that allow the inline scripts of a document. */
export function inlineScriptHashes(html: string): readonly string[] {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)].map(([, script = '']) => script);
  return scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
}

function filesIn(folder: string, path: string, extensions: readonly string[]): (readonly [string, string])[] {
  const names = readdirSync(folder).filter((name) => extensions.includes(extname(name)));
  return names.map((name) => [`${path}${name}`, join(folder, name)]);
}
