import type { Client } from '@elastic/elasticsearch';
import { monthOfIndex } from '../contracts/event-month';
import { isNotFound } from './elasticsearch-failure';

export type ResolvedName =
  | { readonly kind: 'alias'; readonly indices: readonly string[] }
  | { readonly kind: 'index' }
  | { readonly kind: 'data stream' }
  | { readonly kind: 'nothing' };

/**
 * Resolves a name, including closed indices.
 *
 * Only the resolve API does so without reading index metadata: `_alias/<name>` reads that of every index of the cluster
 * and is rejected if any one of them has a metadata block.
 */
export async function resolveName(elasticsearch: Client, name: string): Promise<ResolvedName> {
  try {
    const { aliases, data_streams: streams } = await elasticsearch.indices.resolveIndex({ name });
    const [alias] = aliases;
    if (alias !== undefined) return { kind: 'alias', indices: [alias.indices].flat() };
    return { kind: streams.length > 0 ? 'data stream' : 'index' };
  } catch (error) {
    if (isNotFound(error)) return { kind: 'nothing' };
    throw error;
  }
}

/** Returns the monthly indices named after an alias, open or closed, whether they have the alias or not. */
export async function monthIndices(elasticsearch: Client, alias: string): Promise<readonly string[]> {
  const { indices } = await elasticsearch.indices.resolveIndex({ name: `${alias}-*`, expand_wildcards: 'all' });
  return indices.map(({ name }) => name).filter((name) => monthOfIndex(alias, name) !== null);
}
