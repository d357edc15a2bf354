import type { PlannedSimulation } from './plan';

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

const SALTS = { malformed: 1, kind: 2, repeat: 3, anomaly: 4, block: 5, device: 6 } as const;

/** Returns 32 uniformly distributed bits that depend only on the arguments; another salt gives independent bits. */
export function simulationHash(seed: number, number: number, salt: keyof typeof SALTS): number {
  const salted = mix(seed ^ Math.imul(SALTS[salt], 0x9e3779b1));
  return mix(mix(salted ^ number) ^ Math.floor(number / 2 ** 32)) >>> 0;
}

export function isMalformed({ seed, malformedRatio }: PlannedSimulation, sequence: number): boolean {
  return simulationHash(seed, sequence, 'malformed') < malformedRatio * 2 ** 32;
}

/** Returns how a malformed record is malformed. */
export function malformedKind({ seed }: PlannedSimulation, sequence: number): MalformedKind {
  const kind = MALFORMED_KINDS[simulationHash(seed, sequence, 'kind') % MALFORMED_KINDS.length];
  return kind ?? 'empty';
}

/** Whether the record is published twice, with the same id and bytes; this includes malformed ones. */
export function isRepeated({ seed, repeatRatio }: PlannedSimulation, sequence: number): boolean {
  return simulationHash(seed, sequence, 'repeat') < repeatRatio * 2 ** 32;
}

/** Whether the reading has an unlikely but valid value; false for malformed records. */
export function isAnomalous(simulation: PlannedSimulation, sequence: number): boolean {
  const { seed, anomalyRatio } = simulation;
  return simulationHash(seed, sequence, 'anomaly') < anomalyRatio * 2 ** 32 && !isMalformed(simulation, sequence);
}

/** 32-bit finalizer of MurmurHash3. */
function mix(bits: number): number {
  let hash = bits | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
