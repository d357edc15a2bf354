import type { Discrepancy, DiscrepancyKind, ReconcileResult } from '../contracts/report';
import type { ReadingAccount } from './reading-account';
import type { MonthState, WindowAccount } from './window-account';

const MAX_EXAMPLES = 100;

type Totals = Omit<ReconcileResult, 'reconciled' | 'planned' | 'foreign' | 'rawBytes' | 'durationMs'>;

/** Adds accounts up to the figures of the verdict, and keeps a bounded number of ids that do not add up. */
export class Tally {
  planned = 0;
  readonly #sums = {
    published: 0,
    enriched: 0,
    indexed: 0,
    expired: 0,
    deadLetters: 0,
    deadLettersResolved: 0,
    repeats: 0,
    conflicts: 0,
    windows: 0,
    windowsExpired: 0,
    windowedReadings: 0,
  };
  readonly #causes = new Map<string, number>();
  readonly #kinds = new Map<DiscrepancyKind, { count: number; ids: string[] }>();

  addReading(id: string, account: ReadingAccount, discrepancies: readonly DiscrepancyKind[]): void {
    const sums = this.#sums;
    this.planned += Number(account.planned);
    sums.published += Number(account.isPublished);
    sums.enriched += Number(account.isEnriched);
    sums.indexed += Number(account.isIndexed);
    sums.expired += Number(account.isExpired);
    sums.repeats += Math.max(0, account.published - 1);
    sums.conflicts += Number(account.isConflicting);
    sums.deadLettersResolved += Number(account.isResolvedLetter);
    if (account.isUnresolvedLetter && account.cause !== null) {
      sums.deadLetters += 1;
      this.#causes.set(account.cause, (this.#causes.get(account.cause) ?? 0) + 1);
    }
    this.#note(id, discrepancies);
  }

  addWindow(
    id: string,
    account: WindowAccount,
    discrepancies: readonly DiscrepancyKind[],
    month: MonthState = 'kept',
  ): void {
    this.#sums.windows += Number(account.isIndexed);
    this.#sums.windowsExpired += Number(!account.isIndexed && month !== 'kept');
    this.#sums.windowedReadings += account.indexedCount;
    this.#note(id, discrepancies);
  }

  get addsUp(): boolean {
    return this.#kinds.size === 0;
  }

  totals(): Totals {
    const byName = [...this.#causes].sort(([one], [other]) => (one < other ? -1 : 1));
    const counts = [...this.#kinds].map(([kind, { count }]) => [kind, count] as const);
    return {
      ...this.#sums,
      deadLettersByReason: Object.fromEntries(byName),
      discrepancies: Object.fromEntries(counts),
      examples: this.#examples(),
    };
  }

  #note(id: string, discrepancies: readonly DiscrepancyKind[]): void {
    for (const kind of discrepancies) {
      const noted = this.#kinds.get(kind) ?? { count: 0, ids: [] };
      noted.count += 1;
      keepFirst(noted.ids, id);
      this.#kinds.set(kind, noted);
    }
  }

  /** In turns from every kind, so that a frequent one hides no other. */
  #examples(): readonly Discrepancy[] {
    const kinds = [...this.#kinds].sort(([one], [other]) => (one < other ? -1 : 1));
    const turns = Array.from({ length: MAX_EXAMPLES }, (_, turn) =>
      kinds.flatMap(([kind, { ids }]) => ids.slice(turn, turn + 1).map((id) => ({ kind, id }))),
    );
    return turns.flat().slice(0, MAX_EXAMPLES);
  }
}

/** Keeps the alphabetically first ids, in order: the same ones whatever the order they come in. */
function keepFirst(ids: string[], id: string): void {
  const last = ids.at(-1);
  if (ids.length === MAX_EXAMPLES && last !== undefined && id >= last) return;
  const place = ids.findIndex((known) => known > id);
  ids.splice(place === -1 ? ids.length : place, 0, id);
  ids.length = Math.min(ids.length, MAX_EXAMPLES);
}
