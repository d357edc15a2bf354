import { errors, type Client } from '@elastic/elasticsearch';
import { RUN_PROPERTIES } from './index-mappings';
import { runsTemplate } from './index-templates';

/**
 * Creates an index; one that is there already stays as it is.
 *
 * @returns whether it was this call that created it
 */
export async function createIndex(
  elasticsearch: Client,
  request: Parameters<Client['indices']['create']>[0],
): Promise<boolean> {
  try {
    await elasticsearch.indices.create(request);
    return true;
  } catch (error) {
    const isThere = error instanceof errors.ResponseError && error.message.includes('resource_already_exists');
    if (!isThere) throw error;
    return false;
  }
}

/**
 * Sees to it that the index of a pipeline's runs is there, with every field by which runs are looked for.
 *
 * It has a template of its own: without one it would also take whatever a template for all names says.
 */
export async function createRunsIndex(elasticsearch: Client, index: string): Promise<void> {
  await elasticsearch.indices.putIndexTemplate({ name: index, ...runsTemplate(index) });
  if (await createIndex(elasticsearch, { index })) return;
  // An index of an earlier version gets the fields that it does not have yet.
  await elasticsearch.indices.putMapping({ index, properties: RUN_PROPERTIES });
}
