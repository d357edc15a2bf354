import { errors, type Client } from '@elastic/elasticsearch';
import { monthOfIndex } from '../contracts/event-month';

const NOT_FOUND = 404;

/** What a name stands for. */
export type ResolvedName =
  | { readonly kind: 'alias'; readonly indices: readonly string[] }
  | { readonly kind: 'index' }
  | { readonly kind: 'data stream' }
  | { readonly kind: 'nothing' };

/**
 * Tells what a name stands for, closed indices included.
 *
 * Only the resolve API does so without reading the metadata of an index: `_alias/<name>` reads that of every index of
 * the cluster, so a metadata block on any one of them has it refused.
 */
export async function resolveName(elasticsearch: Client, name: string): Promise<ResolvedName> {
  try {
    const { aliases, data_streams: streams } = await elasticsearch.indices.resolveIndex({ name });
    const [alias] = aliases;
    if (alias !== undefined) return { kind: 'alias', indices: [alias.indices].flat() };
    return { kind: streams.length > 0 ? 'data stream' : 'index' };
  } catch (error) {
    if (error instanceof errors.ResponseError && error.statusCode === NOT_FOUND) return { kind: 'nothing' };
    throw error;
  }
}

/** The indices of single months that bear an alias in their names, open or closed, behind it or not. */
export async function monthIndices(elasticsearch: Client, alias: string): Promise<readonly string[]> {
  const { indices } = await elasticsearch.indices.resolveIndex({ name: `${alias}-*`, expand_wildcards: 'all' });
  return indices.map(({ name }) => name).filter((name) => monthOfIndex(alias, name) !== null);
}
