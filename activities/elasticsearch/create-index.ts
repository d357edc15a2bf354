import { errors, type Client } from '@elastic/elasticsearch';
import { RUN_PROPERTIES } from './index-mappings';
import { INDEX_SETTINGS } from './index-settings';

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

/** Sees to it that the index of a pipeline's runs is there, with every field by which runs are looked for. */
export async function createRunsIndex(elasticsearch: Client, index: string): Promise<void> {
  const mappings = { dynamic: false, properties: RUN_PROPERTIES } as const;
  if (await createIndex(elasticsearch, { index, settings: INDEX_SETTINGS, mappings })) return;
  // An index of an earlier version gets the fields that it does not have yet.
  await elasticsearch.indices.putMapping({ index, properties: RUN_PROPERTIES });
}
