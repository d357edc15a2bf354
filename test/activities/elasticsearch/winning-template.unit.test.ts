import { assertNoForeignTemplateWins } from '../../../activities/elasticsearch/winning-template';

const INDICES = ['pipeline.mine.readings-2026-03', 'pipeline.mine.runs'];

function check(patterns: readonly string[], priority: number): void {
  assertNoForeignTemplateWins([{ name: 'other', priority, patterns }], INDICES);
}

describe('assertNoForeignTemplateWins', () => {
  it.each([
    ['*', 'readings-2026-03'],
    ['pipeline.*', 'readings-2026-03'],
    ['*-2026-*', 'readings-2026-03'],
    ['*.mine.runs', 'runs'],
    ['pipeline.mine.runs', 'runs'],
  ])('names a template of higher priority with the pattern %s', (pattern, index) => {
    const message = `other (priority 501, patterns none, ${pattern}) matches the index pipeline.mine.${index}. Delete it`;
    expect(() => {
      check(['none', pattern], 501);
    }).toThrow(message);
  });

  it.each([
    'pipeline-mine.runs',
    'pipeline.mine',
    'mine.*',
    'Pipeline.*',
    'pipeline.mine.run?',
    'pipeline.mine2.*',
    '.*',
  ])('accepts the pattern %s, which matches no index', (pattern) => {
    check([pattern], 501);
  });

  it('accepts a template of lower priority for all names', () => {
    check(['*'], 499);
  });

  it('names all templates at once', () => {
    const templates = ['one', 'two'].map((name) => ({ name, priority: 1_000, patterns: ['pipeline.*'] }));
    expect(() => {
      assertNoForeignTemplateWins(templates, INDICES);
    }).toThrow(/one \(priority 1000.*two \(priority 1000/);
  });
});
