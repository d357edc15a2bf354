import { Readable } from 'node:stream';
import type { Client } from '@elastic/elasticsearch';
import { verdictOf, postBulk, type ItemResult } from '../../../activities/indexing/post-bulk';

const refused = (status: number, type: string): ItemResult => ({ status, error: { type } });

describe('verdictOf', () => {
  it.each([
    ['a created document is done', { status: 201 }, 'done'],
    ['an overwritten document is done', { status: 200 }, 'done'],
    ['an older version is stale', refused(409, 'version_conflict_engine_exception'), 'stale'],
    ['a full queue is retried', refused(429, 'es_rejected_execution_exception'), 'retry'],
    ['a full disk is retried', refused(429, 'cluster_block_exception'), 'retry'],
    ['an unavailable shard is retried', refused(503, 'unavailable_shards_exception'), 'retry'],
    ['a value that fits no field is rejected', refused(400, 'document_parsing_exception'), 'reject'],
    ['an unknown field is rejected', refused(400, 'strict_dynamic_mapping_exception'), 'reject'],
    ['an alias without write index is fatal', refused(400, 'illegal_argument_exception'), 'fatal'],
    ['a closed index is fatal', refused(400, 'index_closed_exception'), 'fatal'],
    ['a read-only index is fatal', refused(403, 'cluster_block_exception'), 'fatal'],
    ['a missing index is fatal', refused(404, 'index_not_found_exception'), 'fatal'],
    ['an unknown answer is fatal', { status: 302 }, 'fatal'],
    ['a document fault under another status is fatal', refused(404, 'document_parsing_exception'), 'fatal'],
  ] as const)('%s', (_fact, result, verdict) => {
    expect(verdictOf(result)).toBe(verdict);
  });
});

describe('a response body that does not end', () => {
  const stalled = (): Client => {
    const body = new Readable({ read: () => undefined });
    body.push('{"errors"');
    const request = () => Promise.resolve({ statusCode: 200, headers: {}, body });
    return { transport: { request } } as unknown as Client;
  };

  it('is given up after half a minute', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    const posted = postBulk({ elasticsearch: stalled(), alias: 'a', signal: new AbortController().signal }, []);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await posted).toEqual({ kind: 'unknown', reason: 'the response body did not end in time' });
    jest.useRealTimers();
  });

  it('ends with the activity', async () => {
    const abort = new AbortController();
    const posted = postBulk({ elasticsearch: stalled(), alias: 'a', signal: abort.signal }, []);
    abort.abort(new Error('cancelled'));
    await expect(posted).rejects.toThrow('cancelled');
  });
});
