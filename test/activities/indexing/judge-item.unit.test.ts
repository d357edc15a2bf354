import { judgeItem, type ItemResult } from '../../../activities/indexing/judge-item';

const refused = (status: number, type: string): ItemResult => ({ status, error: { type } });

describe('judgeItem', () => {
  it.each([
    ['a created document is done', { status: 201 }, 'done'],
    ['an overwritten document is done', { status: 200 }, 'done'],
    ['an older version is stale', refused(409, 'version_conflict_engine_exception'), 'stale'],
    ['a full queue is tried again', refused(429, 'es_rejected_execution_exception'), 'again'],
    ['a full disk is waited out', refused(429, 'cluster_block_exception'), 'again'],
    ['a shard that is away is tried again', refused(503, 'unavailable_shards_exception'), 'again'],
    ['a value that fits no field is dead', refused(400, 'document_parsing_exception'), 'dead'],
    ['an unknown field is dead', refused(400, 'strict_dynamic_mapping_exception'), 'dead'],
    ['an alias without write index is refused', refused(400, 'illegal_argument_exception'), 'refused'],
    ['a closed index is refused', refused(400, 'index_closed_exception'), 'refused'],
    ['a read-only index is refused', refused(403, 'cluster_block_exception'), 'refused'],
    ['a missing index is refused', refused(404, 'index_not_found_exception'), 'refused'],
    ['an unknown answer is refused', { status: 302 }, 'refused'],
    ['a document fault under another status is refused', refused(404, 'document_parsing_exception'), 'refused'],
  ] as const)('%s', (_fact, result, verdict) => {
    expect(judgeItem(result)).toBe(verdict);
  });
});
