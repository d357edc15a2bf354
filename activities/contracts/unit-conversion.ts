/** `value * scale + offset` converts a value. */
interface Conversion {
  readonly scale: number;
  readonly offset: number;
}

/** The units of each quantity; the conversion of a unit gives the value in the first one. */
const QUANTITIES: readonly Readonly<Record<string, Conversion>>[] = [
  { '°C': times(1), '°F': { scale: 5 / 9, offset: -160 / 9 }, K: { scale: 1, offset: -273.15 } },
  { '%': times(1), ratio: times(100) },
  {
    ...{ hPa: times(1), Pa: times(0.01), kPa: times(10), MPa: times(10_000), mbar: times(1), bar: times(1_000) },
    ...{ atm: times(1_013.25), mmHg: times(1.333_223_874_15), inHg: times(33.863_886_666_7) },
    psi: times(68.947_572_931_8),
  },
  { 'm/s': times(1), 'km/h': times(1 / 3.6), mph: times(0.447_04), kn: times(1_852 / 3_600), 'ft/s': times(0.304_8) },
  {
    ...{ m: times(1), mm: times(0.001), cm: times(0.01), km: times(1_000) },
    ...{ in: times(0.025_4), ft: times(0.304_8), yd: times(0.914_4), mi: times(1_609.344) },
  },
];

/** Returns the units that values in a unit can be converted from, itself first. */
export function convertibleTo(unit: string): string[] {
  return [unit, ...Object.keys(quantityOf(unit)).filter((other) => other !== unit)];
}

/** Returns the conversion between two units of one quantity; units that are equal need no other. */
export function conversion(from: string, to: string): Conversion {
  const { [from]: source, [to]: target } = quantityOf(to);
  if (from === to || source === undefined || target === undefined) return times(1);
  return { scale: source.scale / target.scale, offset: (source.offset - target.offset) / target.scale };
}

function quantityOf(unit: string): Readonly<Record<string, Conversion>> {
  return QUANTITIES.find((units) => Object.hasOwn(units, unit)) ?? {};
}

function times(scale: number): Conversion {
  return { scale, offset: 0 };
}
