import type { Client, estypes } from '@elastic/elasticsearch';
import { pipelineFailure } from '../contracts/failures';
import { PRIORITY } from './index-templates';

/** What decides which template a new index gets: of those that match its name, the one with the highest priority alone. */
export interface TemplateRank {
  readonly name: string;
  readonly priority: number;
  readonly patterns: readonly string[];
}

/** Other parts of a template, of which a cluster may have hundreds, are not requested. */
const RANK_FIELDS = [
  'index_templates.name',
  'index_templates.index_template.priority',
  'index_templates.index_template.index_patterns',
];

/** Returns the ranks of all index templates of the cluster. */
export async function readTemplateRanks(elasticsearch: Client): Promise<readonly TemplateRank[]> {
  // Without any template, the filtered answer is empty.
  const answer: Partial<estypes.IndicesGetIndexTemplateResponse> = await elasticsearch.indices.getIndexTemplate({
    filter_path: RANK_FIELDS,
  });
  return (answer.index_templates ?? []).map(({ name, index_template: { priority = 0, index_patterns } }) => ({
    name,
    priority,
    patterns: [index_patterns].flat(),
  }));
}

/**
 * Checks that new indices get the templates of the pipeline. Elasticsearch itself refuses only a template of equal priority.
 *
 * @param indices - names of indices that exist or will be created
 * @throws IndexMisconfigured naming every template of higher priority with the first index that it matches
 */
export function assertNoForeignTemplateWins(templates: readonly TemplateRank[], indices: readonly string[]): void {
  const problems = templates.flatMap((template) => {
    if (template.priority <= PRIORITY) return [];
    const index = indices.find((name) => template.patterns.some((pattern) => matches(pattern, name)));
    return index === undefined ? [] : [`${describe(template)} matches the index ${index}`];
  });
  if (problems.length === 0) return;
  throw pipelineFailure(
    'IndexMisconfigured',
    `Expected no index template of others with a priority above ${PRIORITY} that matches an index of the pipeline; ` +
      `${problems.join('; ')}. Delete it, lower its priority below ${PRIORITY}, or narrow its patterns.`,
  );
}

function describe({ name, priority, patterns }: TemplateRank): string {
  return `${name} (priority ${priority}, patterns ${patterns.join(', ')})`;
}

/** In a pattern of Elasticsearch, only `*` has a meaning of its own. */
function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
