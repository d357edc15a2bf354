import { parsePageRequest } from '../../../workers/page/page-request';

const NOW = Date.parse('2031-02-03T12:00:00Z');

function parse(query: string) {
  return parsePageRequest(new URLSearchParams(query), NOW);
}

describe('the request of the page', () => {
  it('selects all times and all documents by default', () => {
    expect(parse('panel=volume')).toEqual({ panels: ['volume'], times: null, only: {} });
  });

  it('ends a relative range now', () => {
    expect(parse('panel=volume&range=1h').times).toEqual({ fromMs: NOW - 3_600_000, toMs: NOW });
  });

  it('keeps times and values as they are given', () => {
    const request = parse(
      'panel=volume&panel=runs&from=2031-02-03T00:00:00Z&to=2031-02-03T04:00:00Z&pipeline=demo&device=d 1',
    );
    expect(request.panels).toEqual(['volume', 'runs']);
    expect(request.times).toEqual({ fromMs: NOW - 12 * 3_600_000, toMs: NOW - 8 * 3_600_000 });
    expect(request.only).toEqual({ pipeline: ['demo'], device: ['d 1'] });
  });

  it.each([
    ['no panel', '', 'panel: expected at least one, got []'],
    ['a panel that is none', 'panel=volum', /^panel: expected one of volume, .*, got "volum"$/],
    ['a panel twice', 'panel=runs&panel=runs', 'panel: expected each panel once, got ["runs","runs"]'],
    ['a range that is none', 'panel=runs&range=5y', 'range: expected one of all, 15m, 1h, 6h, 24h, 7d, 30d, got "5y"'],
    ['a time that is none', 'panel=runs&from=now&to=2031-02-03T00:00:00Z', /^from: expected a time as .*, got "now"$/],
    ['half a stretch', 'panel=runs&from=2031-02-03T00:00:00Z', 'to: expected it beside from'],
    ['the other half', 'panel=runs&to=2031-02-03T00:00:00Z', 'from: expected it beside to'],
    ['times beside a range', 'panel=runs&range=1h&to=2031-02-03T00:00:00Z', /^range: expected it alone, .*, got "1h"$/],
    [
      'an end before its start',
      'panel=runs&from=2031-02-03T00:00:00Z&to=2031-02-02T00:00:00Z',
      /^to: expected a time after from/,
    ],
    [
      'more than a year',
      'panel=runs&from=2029-02-03T00:00:00Z&to=2031-02-02T00:00:00Z',
      /^to: expected at most 366 days/,
    ],
    ['two pipelines', 'panel=runs&pipeline=a&pipeline=b', 'pipeline: expected one value, got ["a","b"]'],
    ['an empty device', 'panel=runs&device=', 'device: expected a value, got ""'],
    ['a query', 'panel=runs&query={}', 'query: expected only panel, range, from, to, pipeline, device'],
    ['an interval', 'panel=runs&interval=1ms', 'interval: expected only panel, range, from, to, pipeline, device'],
  ])('may not hold %s', (_what, query, message) => {
    expect(() => parse(query)).toThrow(message);
  });

  it('reports every invalid field at once', () => {
    expect(() => parse('panel=x&range=y&device=')).toThrow(/panel: .*; range: .*; device: /);
  });
});
