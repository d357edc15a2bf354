import { errors } from '@elastic/elasticsearch';
import { elasticsearchFailure } from '../../../activities/elasticsearch/elasticsearch-failure';

function answered(statusCode: number, body: unknown): errors.ResponseError {
  return new errors.ResponseError({ statusCode, body, headers: {}, warnings: null, meta: {} } as never);
}

/** Responses of Elasticsearch 8.19. */
const SHARD_LIMIT = {
  type: 'validation_exception',
  reason:
    'Validation Failed: 1: this action would add [2] shards, but this cluster currently has [1000]/[1000] maximum ' +
    'normal shards open;',
};
const READ_ONLY = { type: 'cluster_block_exception', reason: 'blocked by: [FORBIDDEN/6/cluster read-only (api)];' };
const NO_FIELDDATA = { type: 'illegal_argument_exception', reason: 'Fielddata is disabled on [deviceId].' };

describe('the failure for an error of Elasticsearch', () => {
  it.each([
    ['the root cause', 403, { error: { ...READ_ONLY, root_cause: [READ_ONLY] } }, READ_ONLY],
    ['an error without a root cause', 400, { error: SHARD_LIMIT }, SHARD_LIMIT],
    [
      'the first failed shard of a search that failed on all',
      400,
      {
        error: {
          type: 'search_phase_execution_exception',
          reason: 'all shards failed',
          root_cause: [],
          failed_shards: [{ shard: 0, reason: NO_FIELDDATA }],
        },
      },
      NO_FIELDDATA,
    ],
  ])('quotes the reason of %s', (_what, status, body, { type, reason }) => {
    const { message } = elasticsearchFailure(answered(status, body), 'Preparing');
    expect(message).toBe(`Preparing: Elasticsearch answered ${status} (${type}: ${reason}).`);
  });

  it('adds the innermost cause, and is one line', () => {
    const inner = { type: 'number_format_exception', reason: 'For input\nstring: x' };
    const cause = { type: 'illegal_argument_exception', reason: 'middle', caused_by: inner };
    const error = { type: 'parse_exception', reason: 'outer', caused_by: cause };
    expect(elasticsearchFailure(answered(400, { error }), 'Asking').message).toBe(
      'Asking: Elasticsearch answered 400 (parse_exception: outer, ' +
        'caused by number_format_exception: For input string: x).',
    );
  });

  it('says so if there is no reason', () => {
    expect(elasticsearchFailure(answered(502, '<html>'), 'Asking').message).toBe(
      'Asking: Elasticsearch answered 502 (no reason given).',
    );
  });

  it('passes on a bug of this project under its own name', () => {
    const bug = new TypeError('x is not a function');
    expect(elasticsearchFailure(bug, 'Asking')).toMatchObject({ type: 'TypeError', message: bug.message });
  });
});
