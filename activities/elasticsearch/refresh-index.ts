import type { Client } from '@elastic/elasticsearch';
import { isNotFound } from './elasticsearch-failure';

/**
 * Makes everything that was written searchable.
 *
 * @returns false if there is no such index, as before the first month is opened
 */
export async function refreshIndex(elasticsearch: Client, index: string, signal: AbortSignal): Promise<boolean> {
  try {
    await elasticsearch.indices.refresh({ index }, { signal });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
