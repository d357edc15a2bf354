import { conversion, convertibleTo } from '../../../activities/contracts/unit-conversion';

describe('the conversion of units', () => {
  it.each([
    [68, '°F', '°C', 20],
    [20, '°C', '°F', 68],
    [0, 'K', '°F', -459.67],
    [29.92, 'inHg', 'hPa', 1_013.207_489],
    [760, 'mmHg', 'hPa', 1_013.250_144],
    [1, 'atm', 'kPa', 101.325],
    [14.5, 'psi', 'bar', 0.999_74],
    [0.52, 'ratio', '%', 52],
    [36, 'km/h', 'm/s', 10],
    [10, 'kn', 'km/h', 18.52],
    [60, 'mph', 'km/h', 96.560_64],
    [1, 'in', 'mm', 25.4],
    [1, 'mi', 'km', 1.609_344],
  ])('makes %d %s in %s %d', (value, from, to, expected) => {
    const { scale, offset } = conversion(from, to);
    expect(value * scale + offset).toBeCloseTo(expected, 5);
  });

  it('leaves a value as it is if the unit is the same, known or not', () => {
    expect([conversion('lx', 'lx'), conversion('°F', '°F')]).toEqual([
      { scale: 1, offset: 0 },
      { scale: 1, offset: 0 },
    ]);
  });

  it('lists the units of a quantity, the asked one first', () => {
    expect(convertibleTo('K')).toEqual(['K', '°C', '°F']);
    expect(convertibleTo('lx')).toEqual(['lx']);
  });
});
