import type { Stream } from './index-templates';

/** The field with the event time of a document, which gives it its month; that of a dead letter is not reliable. */
export const EVENT_TIME_FIELDS = {
  readings: 'timestamp',
  windows: 'windowStart',
  deadLetters: null,
} as const satisfies Readonly<Record<Stream, string | null>>;

/** A condition on an event time. */
export interface EventTimeRange {
  readonly gte: number;
  readonly lt: number;
  readonly format: 'epoch_millis';
}

/** From one instant up to another one, which is not included. */
export function eventTimeRange(fromMs: number, toMs: number): EventTimeRange {
  return { gte: fromMs, lt: toMs, format: 'epoch_millis' };
}
