import { rejectionDetail } from '../../../activities/indexing/rejection-detail';

const PARSING = 'document_parsing_exception';

describe('the detail of a dead letter of stage index', () => {
  it.each([
    [
      'a field and its type',
      PARSING,
      "[1:52] failed to parse field [temperature] of type [float] in document with id 'x'. Preview of field's value: 'secret'",
      'Field temperature: expected a value of type float.',
    ],
    [
      'a field that a strict index does not know',
      'strict_dynamic_mapping_exception',
      '[1:9] mapping set to strict, dynamic introduction of [noise] within [_doc] is not allowed',
      'Field noise: expected a field that the index knows.',
    ],
    [
      'a long name only in part',
      PARSING,
      `failed to parse field [${'n'.repeat(200)}] of type [keyword]`,
      `Field ${'n'.repeat(100)}…: expected a value of type keyword.`,
    ],
    ['what an index expects of every record', 'BadEventId', undefined, 'Expected a header event-id of 1 to 512 bytes.'],
    ['nothing where Elasticsearch names no field', PARSING, 'failed to parse: secret', undefined],
  ])('names %s', (_what, reason, answered, detail) => {
    expect(rejectionDetail(reason, answered).detail).toBe(detail);
  });
});
