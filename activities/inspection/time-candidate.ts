import type { ColumnProfile, Place } from './sample-column';
import type { TimeReading } from './time-format';

/** How a time is found and read. */
export interface TimeCandidate {
  readonly columns: readonly ColumnProfile[];
  readonly place: Place;
  readonly reading: Pick<TimeReading, 'format' | 'hasZone' | 'others'>;
}
