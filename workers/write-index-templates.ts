/**
 * Writes `deploy/elasticsearch/*.json`: the index and component templates of a pipeline named `demo` with the default
 * measurements, for review or for installation before its first run.
 *
 * @module
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DEFAULT_MEASUREMENTS } from '../activities/contracts/measurement';
import { aliasesOf } from '../activities/contracts/pipeline-names';
import { componentTemplates, indexTemplate, STREAMS } from '../activities/elasticsearch/index-templates';

const PIPELINE = 'demo';
const FOLDERS = { components: 'component-templates', indices: 'index-templates' } as const;

/** Returns the text of each file by its path in the folder. */
export function indexTemplateTexts(): ReadonlyMap<string, string> {
  const aliases = aliasesOf(PIPELINE);
  const components = Object.entries(componentTemplates()).map(
    ([name, template]) => [`${FOLDERS.components}/${name}.json`, template] as const,
  );
  const indices = STREAMS.map((stream) => {
    const { [stream]: alias } = aliases;
    return [`${FOLDERS.indices}/${alias}.json`, indexTemplate(stream, alias, DEFAULT_MEASUREMENTS)] as const;
  });
  return new Map(
    [...components, ...indices].map(([path, template]) => [path, `${JSON.stringify(template, null, 2)}\n`]),
  );
}

if (require.main === module) {
  const folder = join(__dirname, '..', 'deploy', 'elasticsearch');
  for (const name of Object.values(FOLDERS)) rmSync(join(folder, name), { recursive: true, force: true });
  for (const [path, text] of indexTemplateTexts()) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
