import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { RUN_PROPERTIES } from './index-mappings';
import { INDEX_SETTINGS, PRIORITY } from './index-templates';

/** Creates an index unless it exists. @returns whether this call created it */
export async function createIndex(elasticsearch: Client, request: estypes.IndicesCreateRequest): Promise<boolean> {
  try {
    await elasticsearch.indices.create(request);
    return true;
  } catch (error) {
    if (error instanceof errors.ResponseError && error.message.includes('resource_already_exists')) return false;
    throw error;
  }
}

/**
 * Ensures that the index of a pipeline's runs exists, with every field by which runs are searched.
 *
 * It has its own template: otherwise it would get the mappings of any template for all names.
 */
export async function createRunsIndex(elasticsearch: Client, index: string): Promise<void> {
  const template = { settings: INDEX_SETTINGS, mappings: { dynamic: false, properties: RUN_PROPERTIES } } as const;
  await elasticsearch.indices.putIndexTemplate({ name: index, index_patterns: [index], priority: PRIORITY, template });
  await createIndex(elasticsearch, { index });
  // Elasticsearch refuses this if a field has another type, because another template applied or somebody created the index.
  await elasticsearch.indices.putMapping({ index, properties: RUN_PROPERTIES });
}
