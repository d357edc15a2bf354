import type { Measurement } from '../../contracts/measurement';

/** What a value depends on: where the sun stands, where the device stands, and chance. */
interface Circumstances {
  /** Epoch ms. */
  readonly timestampMs: number;
  /** Of the device, from −1 to 1. */
  readonly deviceOffset: number;
  /** A draw from [0, 1) that all measurements of a reading share. */
  readonly weather: number;
  /** A draw from [0, 1) of this measurement alone. */
  readonly noise: number;
}

/** A measurement's value under given circumstances, always within its bounds. */
export type MeasurementCurve = (circumstances: Circumstances) => number;

const DAY_MS = 86_400_000;
const WARMEST_HOUR = 15;

/** Temperature and humidity follow one climate; any other measurement swings around the middle of its bounds. */
export function measurementCurve(measurement: Measurement): MeasurementCurve {
  const { name, unit, min, max } = measurement;
  if (name === 'temperature' && unit === '°C' && min <= -10 && max >= 50) return rounded(climateTemperature, 2);
  if (name === 'humidity' && unit === '%' && min <= 0 && max >= 100) return rounded(climateHumidity, 1);
  const span = max - min;
  const swing: MeasurementCurve = (at) =>
    min + span * (0.5 + 0.25 * daylight(at) + 0.05 * at.deviceOffset + 0.04 * (at.noise - 0.5));
  return span > 0 ? rounded(swing, Math.max(0, 3 - Math.floor(Math.log10(span)))) : () => min;
}

/** An unlikely value that is still valid: a third of the way from the usual one to the upper bound. */
export function spike(value: number, { max }: Measurement): number {
  return Math.round((value + (max - value) / 3) * 100) / 100;
}

/** 6 to 30 °C, warmest in the afternoon. */
function climateTemperature(at: Circumstances): number {
  return 18 + 7 * daylight(at) + 4 * at.deviceOffset + 0.8 * (at.weather - 0.5);
}

/** Falls as temperature rises; 35 to 85 %. */
function climateHumidity(at: Circumstances): number {
  return 60 - 2 * (climateTemperature(at) - 18) + 4 * (at.noise - 0.5);
}

/** From −1 at the coldest hour to 1 at the warmest, in UTC. */
function daylight({ timestampMs }: Circumstances): number {
  return Math.cos(2 * Math.PI * (timestampMs / DAY_MS - WARMEST_HOUR / 24));
}

function rounded(curve: MeasurementCurve, decimals: number): MeasurementCurve {
  const factor = 10 ** Math.min(decimals, 15);
  return (circumstances) => Math.round(curve(circumstances) * factor) / factor;
}
