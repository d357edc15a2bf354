import type { estypes } from '@elastic/elasticsearch';
import type { TopicRange } from '../contracts/offsets';
import { PROVENANCE_FIELD } from './provenance';

/** Matches the documents whose provenance is in a range of offsets: raw ones for readings, the record's own for others. */
export function ofOffsets({ from, to }: TopicRange): estypes.QueryDslQueryContainer {
  return anyOf(Object.entries(to).map(([partition, lt]) => offsetsOf(partition, { gte: from[partition] ?? '0', lt })));
}

/** Matches the documents whose provenance is after a range of offsets, also in a partition that was added later. */
export function afterOffsets({ to }: TopicRange): estypes.QueryDslQueryContainer {
  const after = Object.entries(to).map(([partition, gte]) => offsetsOf(partition, { gte }));
  const added = { range: { [`${PROVENANCE_FIELD}.partition`]: { gte: Object.keys(to).length } } };
  return anyOf([...after, added]);
}

function offsetsOf(partition: string, offsets: { gte?: string; lt?: string }): estypes.QueryDslQueryContainer {
  return {
    bool: {
      filter: [
        { term: { [`${PROVENANCE_FIELD}.partition`]: Number(partition) } },
        { range: { [`${PROVENANCE_FIELD}.offset`]: offsets } },
      ],
    },
  };
}

function anyOf(should: readonly estypes.QueryDslQueryContainer[]): estypes.QueryDslQueryContainer {
  return should.length === 0 ? { match_none: {} } : { bool: { should: [...should] } };
}
