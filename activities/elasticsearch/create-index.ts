import { errors, type Client } from '@elastic/elasticsearch';
import { RUN_PROPERTIES } from './index-mappings';
import { runsTemplate } from './index-templates';

/** Creates an index unless it exists. @returns whether this call created it */
export async function createIndex(
  elasticsearch: Client,
  request: Parameters<Client['indices']['create']>[0],
): Promise<boolean> {
  try {
    await elasticsearch.indices.create(request);
    return true;
  } catch (error) {
    const exists = error instanceof errors.ResponseError && error.message.includes('resource_already_exists');
    if (!exists) throw error;
    return false;
  }
}

/**
 * Ensures that the index of a pipeline's runs exists, with every field by which runs are searched.
 *
 * It has its own template: otherwise it would get the mappings of any template for all names.
 */
export async function createRunsIndex(elasticsearch: Client, index: string): Promise<void> {
  await elasticsearch.indices.putIndexTemplate({ name: index, ...runsTemplate(index) });
  if (await createIndex(elasticsearch, { index })) return;
  // An index of an earlier version gets its missing fields.
  await elasticsearch.indices.putMapping({ index, properties: RUN_PROPERTIES });
}
