import { parseCommand } from '../../../workflows/control/commands';

describe('parseCommand', () => {
  it('completes what was left out', () => {
    expect(parseCommand('pause', undefined)).toEqual({ kind: 'pause', reason: 'by hand' });
    expect(parseCommand('stop', null)).toEqual({ kind: 'stop', drain: true });
    expect(parseCommand('stop', { drain: false })).toEqual({ kind: 'stop', drain: false });
  });

  it('takes offsets and partitions as numbers or text', () => {
    const skip = { kind: 'skip', partition: '2', to: '17', reason: 'lost' };
    expect(parseCommand('skip', { partition: 2, to: '17', reason: 'lost' })).toEqual(skip);
    expect(parseCommand('skip', { part: 'readings', partition: '2', to: 17, reason: 'lost' }, ['part'])).toEqual(skip);
  });

  it('names every bad field, with what was expected and what came', () => {
    const bad = (): unknown => parseCommand('skip', { partition: -1, to: 'end', why: 'x' });
    expect(bad).toThrow(/why: unknown field/);
    expect(bad).toThrow(/partition: expected a partition number, got -1/);
    expect(bad).toThrow(/to: expected an offset, as a string of digits, got "end"/);
    expect(bad).toThrow(/reason: expected a text of 1 to 200 characters, got nothing/);
  });

  it.each([[0], [-1], ['fast'], [undefined], [2_000_000]])('refuses the rate %j', (ratePerSecond) => {
    expect(() => parseCommand('setRate', { ratePerSecond })).toThrow(/ratePerSecond: expected a number above 0/);
  });

  it('refuses what is no object', () => {
    expect(() => parseCommand('pause', 'now')).toThrow(/expected a JSON object, got "now"/);
  });
});
