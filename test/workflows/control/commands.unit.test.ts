import { parseCommand } from '../../../workflows/control/commands';

describe('parseCommand', () => {
  it('fills in defaults for missing fields', () => {
    expect(parseCommand('pause', undefined)).toEqual({ kind: 'pause', reason: 'by hand' });
    expect(parseCommand('stop', null)).toEqual({ kind: 'stop', drain: true });
    expect(parseCommand('stop', { drain: false })).toEqual({ kind: 'stop', drain: false });
  });

  it('accepts offsets and partitions as numbers or strings', () => {
    const skip = { kind: 'skip', partition: '2', to: '17', reason: 'lost' };
    expect(parseCommand('skip', { partition: 2, to: '17', reason: 'lost' })).toEqual(skip);
    expect(parseCommand('skip', { part: 'readings', partition: '2', to: 17, reason: 'lost' }, ['part'])).toEqual(skip);
  });

  it('reports every invalid field, with the expected and the actual value', () => {
    const parse = (): unknown => parseCommand('skip', { partition: -1, to: 'end', why: 'x' });
    expect(parse).toThrow(/why: unknown field; expected one of: partition, to, reason;/);
    expect(parse).toThrow(/partition: expected a partition number, got -1/);
    expect(parse).toThrow(/to: expected an offset, as a string of digits, got "end"/);
    expect(parse).toThrow(/reason: expected a text of 1 to 200 characters, got nothing/);
  });

  it('names among the expected fields those that the caller reads itself', () => {
    const parse = (): unknown => parseCommand('skip', { stage: 'readings' }, ['part']);
    expect(parse).toThrow('stage: unknown field; expected one of: part, partition, to, reason');
  });

  it.each([[0], [-1], ['fast'], [undefined], [2_000_000]])('rejects the rate %j', (ratePerSecond) => {
    expect(() => parseCommand('setRate', { ratePerSecond })).toThrow(/ratePerSecond: expected a number above 0/);
  });

  it('rejects a value that is not an object', () => {
    expect(() => parseCommand('pause', 'now')).toThrow(/expected a JSON object, got "now"/);
  });
});
