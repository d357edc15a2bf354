import type { estypes } from '@elastic/elasticsearch';
import type { PanelSearch } from '../../../kibana/model/panel-search';

type Properties = Record<string, estypes.MappingProperty>;

/**
 * Adapts a panel's search to a dynamic mapping: texts are aggregated by their `keyword` field, and times that were indexed
 * as numbers are compared as numbers.
 */
export function defaultSearch(search: PanelSearch, index: string, mapping: Properties): PanelSearch {
  const { query, aggs } = translated({ query: search.query, aggs: search.aggs }, mapping) as PanelSearch;
  return { ...search, index, query, aggs };
}

function translated(node: unknown, mapping: Properties): unknown {
  if (Array.isArray(node)) return node.map((each) => translated(each, mapping));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]: [string, unknown]) => {
      if (key === 'field') return [key, groupable(String(value), mapping)];
      return [key, key === 'range' ? comparable(value as Ranges, mapping) : translated(value, mapping)];
    }),
  );
}

function groupable(field: string, mapping: Properties): string {
  return typeOf(field, mapping) === 'text' ? `${field}.keyword` : field;
}

type Ranges = Readonly<Record<string, { readonly gte: string; readonly lt: string }>>;

function comparable(ranges: Ranges, mapping: Properties): object {
  return Object.fromEntries(
    Object.entries(ranges).map(([field, range]) => {
      const isNumber = typeOf(field, mapping) === 'long';
      return [field, isNumber ? { gte: Date.parse(range.gte), lt: Date.parse(range.lt) } : range];
    }),
  );
}

function typeOf(field: string, mapping: Properties): string | undefined {
  const [first = '', ...rest] = field.split('.');
  const found = mapping[first];
  if (found === undefined || rest.length === 0) return found?.type;
  return typeOf(rest.join('.'), 'properties' in found ? (found.properties ?? {}) : {});
}
