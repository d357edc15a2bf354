import { dialectProblems, fileDialect } from '../../../activities/contracts/file-dialect';
import { sourcePlan } from '../sources/source-plan';

function problemsOf(options: Readonly<Record<string, unknown>>): string[] {
  try {
    sourcePlan({ source: { kind: 'file', path: '/data', format: 'csv', ...options } });
    return [];
  } catch (error) {
    const found = [...(error as Error).message.matchAll(/✖ (.*)\n {2}→ at (.*)/g)];
    return found.map(([, message = '', place = '']) => `${place}: ${message}`);
  }
}

describe('fileDialect', () => {
  it('is that of RFC 4180 in UTF-8 without options', () => {
    expect(fileDialect({})).toEqual({
      encoding: 'utf-8',
      delimiter: ',',
      quote: '"',
      skipLines: 0,
      comment: null,
      header: null,
      rowNames: false,
    });
  });

  it('keeps the options that are given', () => {
    const given = {
      encoding: 'windows-1252',
      delimiter: ';',
      quote: null,
      skipLines: 3,
      comment: '#',
      header: ['a'],
      rowNames: true,
    } as const;
    expect(fileDialect({ ...given, header: ['a'] })).toEqual(given);
  });
});

describe('the options of a file source', () => {
  it('may be given together', () => {
    const signs = { delimiter: '\t', quote: "'", comment: '#' };
    expect(problemsOf({ ...signs, encoding: 'utf-16', skipLines: 1, header: ['a', 'b'], rowNames: true })).toEqual([]);
    expect(problemsOf({ format: 'ndjson', encoding: 'iso-8859-1' })).toEqual([]);
    expect(dialectProblems('csv', { quote: null })).toEqual([]);
  });

  it.each([
    ['delimiter', ''],
    ['delimiter', ';;'],
    ['delimiter', '\n'],
    ['delimiter', '→'],
    ['quote', '\r'],
    ['comment', '//'],
    ['skipLines', -1],
    ['header', []],
    ['header', ['a', ' ']],
    ['encoding', 'ebcdic'],
  ])('reject the %s %j', (option, value) => {
    expect(problemsOf({ [option]: value }).join()).toContain(`source.${option}`);
  });

  it('reject those of a CSV for NDJSON, all at once', () => {
    const problems = problemsOf({ format: 'ndjson', delimiter: ';', quote: null, rowNames: true });
    const message = 'Expected no such option with the format ndjson: remove it, or set source.format to "csv"';
    expect(problems).toEqual(['delimiter', 'quote', 'rowNames'].map((option) => `source.${option}: ${message}`));
  });

  it.each([
    [{ delimiter: '"' }, 'source.quote: Expected another character than the delimiter'],
    [{ comment: ',' }, 'source.comment: Expected another character than the delimiter and the quote'],
    [{ comment: "'", quote: "'" }, 'source.comment: Expected another character than the delimiter and the quote'],
  ])('reject %j, which has one character for two purposes', (options, problem) => {
    expect(problemsOf(options)).toEqual([problem]);
  });
});
