/** The stretch of time that a panel shows. */
export interface Span {
  /** Epoch ms, inclusive. */
  readonly fromMs: number;
  /** Epoch ms, exclusive. */
  readonly toMs: number;
  /** Length of one bucket; buckets begin at multiples of it. */
  readonly intervalMs: number;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `300000` → `5 minutes` */
export function intervalText(intervalMs: number): string {
  const [name, unitMs] = UNITS.find(([, each]) => intervalMs % each === 0) ?? ['ms', 1];
  const count = intervalMs / unitMs;
  return count === 1 || name === 'ms' ? `${count} ${name}` : `${count} ${name}s`;
}

/** `2026-11-24 06:00 UTC` */
export function timeText(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
