import type { Client } from '@elastic/elasticsearch';
import { isNotFound } from './elasticsearch-failure';

/**
 * Deletes an index unless it is gone.
 *
 * With `ignore_unavailable`, Elasticsearch would also pass over an index that the user may not delete, without an error.
 */
export async function deleteIndex(elasticsearch: Client, index: string): Promise<void> {
  await elasticsearch.indices.delete({ index }).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}
