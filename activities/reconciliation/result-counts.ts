import type { Discrepancy, DiscrepancyKind, ReconcileResult } from '../contracts/report';
import type { ReadingState } from './reading-state';
import type { MonthState, WindowState } from './window-state';

const MAX_EXAMPLES = 100;

/** `planned` is 0 without a plan. */
type Totals = Omit<ReconcileResult, 'foreign' | 'rawBytes' | 'durationMs'>;

/** Sums up the counts of the result, and keeps a limited number of discrepancies as examples. */
export class ResultCounts {
  readonly #sums = {
    planned: 0,
    published: 0,
    enriched: 0,
    indexed: 0,
    expired: 0,
    absent: 0,
    deadLetters: 0,
    deadLettersResolved: 0,
    repeats: 0,
    conflicts: 0,
    windows: 0,
    windowsShared: 0,
    windowsExpired: 0,
    windowedReadings: 0,
  };
  readonly #causes = new Map<string, number>();
  readonly #kinds = new Map<DiscrepancyKind, { count: number; ids: string[] }>();

  addReading(id: string, reading: ReadingState, discrepancies: readonly DiscrepancyKind[]): void {
    const sums = this.#sums;
    sums.planned += Number(reading.planned);
    sums.published += Number(reading.isPublished);
    sums.enriched += Number(reading.isEnriched);
    sums.indexed += Number(reading.isIndexed);
    sums.expired += Number(reading.isExpired);
    sums.absent += Number(reading.isAbsent);
    sums.repeats += Math.max(0, reading.published - 1) + Math.max(0, reading.rejected - 1);
    sums.repeats += Number(reading.isIndexedElsewhere);
    sums.conflicts += Number(reading.isConflicting);
    sums.deadLettersResolved += Number(reading.isResolvedDeadLetter);
    if (reading.cause !== null && !reading.isIndexed) {
      sums.deadLetters += 1;
      this.#causes.set(reading.cause, (this.#causes.get(reading.cause) ?? 0) + 1);
    }
    this.addDiscrepancies(id, discrepancies);
  }

  addWindow(id: string, window: WindowState, discrepancies: readonly DiscrepancyKind[], month: MonthState): void {
    this.#sums.windows += Number(window.isIndexed);
    this.#sums.windowsShared += Number(window.isShared);
    this.#sums.windowsExpired += Number(!window.isIndexed && month !== 'kept');
    this.#sums.windowedReadings += window.indexedCount;
    this.addDiscrepancies(id, discrepancies);
  }

  totals(): Totals {
    const byName = [...this.#causes].sort(([one], [other]) => (one < other ? -1 : 1));
    const counts = [...this.#kinds].map(([kind, { count }]) => [kind, count] as const);
    return {
      reconciled: this.#kinds.size === 0,
      ...this.#sums,
      deadLettersByReason: Object.fromEntries(byName),
      discrepancies: Object.fromEntries(counts),
      examples: this.#examples(),
    };
  }

  addDiscrepancies(id: string, discrepancies: readonly DiscrepancyKind[]): void {
    for (const kind of discrepancies) {
      const found = this.#kinds.get(kind) ?? { count: 0, ids: [] };
      found.count += 1;
      keepFirst(found.ids, id);
      this.#kinds.set(kind, found);
    }
  }

  /** Takes ids from all kinds in turn, so that a frequent kind does not hide the others. */
  #examples(): readonly Discrepancy[] {
    const kinds = [...this.#kinds].sort(([one], [other]) => (one < other ? -1 : 1));
    const turns = Array.from({ length: MAX_EXAMPLES }, (_, turn) =>
      kinds.flatMap(([kind, { ids }]) => ids.slice(turn, turn + 1).map((id) => ({ kind, id }))),
    );
    return turns.flat().slice(0, MAX_EXAMPLES);
  }
}

/** Keeps the alphabetically first ids, sorted, so that the result does not depend on the order of insertion. */
function keepFirst(ids: string[], id: string): void {
  const last = ids.at(-1);
  if (ids.length === MAX_EXAMPLES && last !== undefined && id >= last) return;
  const place = ids.findIndex((known) => known > id);
  ids.splice(place === -1 ? ids.length : place, 0, id);
  ids.length = Math.min(ids.length, MAX_EXAMPLES);
}
