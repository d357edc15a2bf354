import type { Measurement } from '../../contracts/measurement';

/** What a value depends on: time of day, device and random numbers. */
interface CurveInput {
  /** Epoch ms. */
  readonly timestampMs: number;
  /** Of the device, from −1 to 1. */
  readonly deviceOffset: number;
  /** Random number in [0, 1), the same for all measurements of a reading. */
  readonly weather: number;
  /** Random number in [0, 1) for this measurement. */
  readonly noise: number;
}

/** Returns a value within the limits of the measurement. */
export type MeasurementCurve = (input: CurveInput) => number;

const DAY_MS = 86_400_000;
const WARMEST_HOUR = 15;

/** Temperature and humidity are correlated; other measurements oscillate around the middle of their limits. */
export function measurementCurve(measurement: Measurement): MeasurementCurve {
  const { name, unit, min, max } = measurement;
  if (name === 'temperature' && unit === '°C' && min <= -10 && max >= 50) return rounded(climateTemperature, 2);
  if (name === 'humidity' && unit === '%' && min <= 0 && max >= 100) return rounded(climateHumidity, 1);
  const span = max - min;
  const oscillation: MeasurementCurve = (at) =>
    min + span * (0.5 + 0.25 * daylight(at) + 0.05 * at.deviceOffset + 0.04 * (at.noise - 0.5));
  return span > 0 ? rounded(oscillation, Math.max(0, 3 - Math.floor(Math.log10(span)))) : () => min;
}

/** Returns an unlikely but valid value: one third of the way from the given one to the upper limit. */
export function spike(value: number, { max }: Measurement): number {
  return Math.round((value + (max - value) / 3) * 100) / 100;
}

/** 6 to 30 °C, warmest in the afternoon. */
function climateTemperature(at: CurveInput): number {
  return 18 + 7 * daylight(at) + 4 * at.deviceOffset + 0.8 * (at.weather - 0.5);
}

/** Falls as temperature rises; 35 to 85 %. */
function climateHumidity(at: CurveInput): number {
  return 60 - 2 * (climateTemperature(at) - 18) + 4 * (at.noise - 0.5);
}

/** From −1 at the coldest hour to 1 at the warmest, in UTC. */
function daylight({ timestampMs }: CurveInput): number {
  return Math.cos(2 * Math.PI * (timestampMs / DAY_MS - WARMEST_HOUR / 24));
}

function rounded(curve: MeasurementCurve, decimals: number): MeasurementCurve {
  const factor = 10 ** Math.min(decimals, 15);
  return (input) => Math.round(curve(input) * factor) / factor;
}
