import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexTemplateTexts } from '../../workers/write-index-templates';

const FOLDER = join(__dirname, '..', '..', 'deploy', 'elasticsearch');
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));

interface Template {
  readonly template: { readonly settings?: object; readonly mappings?: object };
  readonly allow_auto_create?: boolean;
  readonly _meta: { readonly reasons: Readonly<Record<string, string>> };
}

const templates = new Map(
  files.map((path) => [path, JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as Template] as const),
);

describe('the templates in deploy/elasticsearch', () => {
  it('match the code; `npm run elasticsearch:build` regenerates them', () => {
    const shipped = new Map(files.map((path) => [path, readFileSync(join(FOLDER, path), 'utf8')] as const));
    expect(shipped).toEqual(indexTemplateTexts());
  });

  it('give a reason for every setting, beside it', () => {
    for (const { template, _meta: meta } of templates.values()) {
      expect(Object.keys(meta.reasons)).toEqual(expect.arrayContaining(Object.keys(template.settings ?? {})));
    }
  });
});
