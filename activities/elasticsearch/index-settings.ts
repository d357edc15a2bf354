/** The settings of every index of a pipeline. */
const SETTINGS: Readonly<Record<string, { readonly value: string | number; readonly reason: string }>> = {
  number_of_shards: {
    value: 1,
    reason:
      'One shard answers a search with one thread and no merging; more shards pay off from about 30 GB per index.',
  },
  auto_expand_replicas: {
    value: '0-1',
    reason: 'One replica if there is a second node, and no index with an unassigned replica if there is not.',
  },
  refresh_interval: {
    value: '2s',
    reason: 'Documents are searchable after this time: 30 s would be too slow for a demo, 1 s slows down indexing.',
  },
  codec: {
    value: 'default',
    reason:
      'Every proof reads the source of every document. If some were written twice, best_compression makes that take ' +
      'seven times as long and saves a third of the bytes.',
  },
};

export const INDEX_SETTINGS = Object.fromEntries(Object.entries(SETTINGS).map(([name, { value }]) => [name, value]));

export const SETTING_REASONS = Object.fromEntries(Object.entries(SETTINGS).map(([name, { reason }]) => [name, reason]));
