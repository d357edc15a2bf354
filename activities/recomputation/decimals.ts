/** The Spark job's decimals and rounding (`Decimals.java`), digit by digit. */

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/;
/** Up to here a whole number of millionths is exact in a double. */
const MAX_FAST = 1e14;

/** Fraction digits of a measurement. */
export const DIGITS = 6;

/** Returns the value in units of `10^-scale`, rounded half up in magnitude on the decimal digits of its text. */
export function decimalOf(value: number, scale: number): bigint {
  if (scale === DIGITS && isMillionths(value)) return BigInt(Math.round(value * 1e6));
  const [, sign = '', whole = '0', fraction = '', exponent = '0'] = NUMBER.exec(String(value)) ?? [];
  const digits = BigInt(whole + fraction);
  const shift = scale - fraction.length + Number(exponent);
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : dividedHalfUp(digits, 10n ** BigInt(-shift));
  return sign === '-' ? -magnitude : magnitude;
}

/** Returns the double that is nearest to a decimal. */
export function doubleOf(decimal: bigint, scale: number): number {
  return Number(`${decimal}e-${scale}`);
}

/** Rounds half up on the decimal digits of its text; what is not finite stays as it is. */
export function rounded(value: number, digits: number): number {
  return Number.isFinite(value) ? doubleOf(decimalOf(value, digits), digits) : value;
}

function dividedHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}

function isMillionths(value: number): boolean {
  const millionths = value * 1e6;
  return Math.abs(millionths) < MAX_FAST && Math.round(millionths) / 1e6 === value;
}
