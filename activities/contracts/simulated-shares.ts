import type { PlannedSource } from './plan';

/** A simulated source with its start fixed. */
export type PlannedSimulation = Extract<PlannedSource, { readonly kind: 'simulate' }>;

/** Ways in which a simulated record is unusable. */
export const MALFORMED_KINDS = [
  'truncated',
  'wrongType',
  'missingDevice',
  'badTimestamp',
  'outOfRange',
  'noMeasurement',
  'binary',
  'empty',
] as const;

export type MalformedKind = (typeof MALFORMED_KINDS)[number];

type Salt = 'malformed' | 'kind' | 'repeat' | 'anomaly' | 'block' | 'device';
const SALTS: Readonly<Record<Salt, number>> = { malformed: 1, kind: 2, repeat: 3, anomaly: 4, block: 5, device: 6 };

/** 32 evenly spread bits that are a function of their arguments; another salt gives independent ones. */
export function simulationHash(seed: number, number: number, salt: Salt): number {
  const salted = mix(seed ^ Math.imul(SALTS[salt], 0x9e3779b1));
  return mix(mix(salted ^ number) ^ Math.floor(number / 2 ** 32)) >>> 0;
}

/** Whether the record of this sequence number cannot be used. */
export function isMalformed({ seed, malformedRatio }: PlannedSimulation, sequence: number): boolean {
  return simulationHash(seed, sequence, 'malformed') < malformedRatio * 2 ** 32;
}

/** How the record is malformed, where it is. */
export function malformedKind({ seed }: PlannedSimulation, sequence: number): MalformedKind {
  const kind = MALFORMED_KINDS[simulationHash(seed, sequence, 'kind') % MALFORMED_KINDS.length];
  return kind ?? 'empty';
}

/** Whether the record is published a second time, with the same id and bytes; malformed ones may be, too. */
export function isRepeated({ seed, repeatRatio }: PlannedSimulation, sequence: number): boolean {
  return simulationHash(seed, sequence, 'repeat') < repeatRatio * 2 ** 32;
}

/** Whether the reading has an unlikely value that is still valid; a malformed record has none. */
export function isAnomalous(simulation: PlannedSimulation, sequence: number): boolean {
  const { seed, anomalyRatio } = simulation;
  return simulationHash(seed, sequence, 'anomaly') < anomalyRatio * 2 ** 32 && !isMalformed(simulation, sequence);
}

/** Final mixing step of MurmurHash3, 32 bits. */
function mix(bits: number): number {
  let hash = bits | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
