/** A setting that every index of a pipeline has, and why. */
interface ReasonedSetting {
  readonly value: string | number;
  readonly reason: string;
}

const SETTINGS: Readonly<Record<string, ReasonedSetting>> = {
  number_of_shards: {
    value: 1,
    reason: 'One shard answers a search with one thread and no merging; more pay off from about 30 GB an index on.',
  },
  auto_expand_replicas: {
    value: '0-1',
    reason: 'A copy where there is a second node, and no index that waits for one where there is not.',
  },
  refresh_interval: {
    value: '2s',
    reason: 'Searches see documents after so long: half a minute would hide a demo, every second costs indexing.',
  },
  codec: {
    value: 'default',
    reason:
      'Every proof reads the source of every document. Where some were written twice, best_compression makes that take ' +
      'seven times as long, for a third fewer bytes.',
  },
};

export const INDEX_SETTINGS = Object.fromEntries(Object.entries(SETTINGS).map(([name, { value }]) => [name, value]));

export const SETTING_REASONS = Object.fromEntries(Object.entries(SETTINGS).map(([name, { reason }]) => [name, reason]));
