import { isBefore, monthOf, type Horizon } from '../contracts/event-month';
import type { DiscrepancyKind } from '../contracts/report';

/** What one side says about one window id. */
export type WindowFact =
  { readonly side: 'reading'; readonly id: string } | (CountedFact & { readonly side: 'published' | 'indexed' });

interface CountedFact {
  readonly id: string;
  readonly count: number;
  readonly digest: string;
}

/** All that is known of one window id; the order in which facts are entered makes no difference. */
export class WindowAccount {
  /** Distinct readings that belong here. */
  readings = 0;
  /** Documents. */
  indexed = 0;
  indexedCount = 0;
  indexedContent: string | null = null;
  /** Highest count that was published; a window's records grow. */
  publishedCount = 0;
  /** Contents published with that count; more than one only if Spark wrote a batch again with another last digit. */
  publishedContents: readonly string[] = [];

  enter(fact: WindowFact): void {
    switch (fact.side) {
      case 'reading':
        this.readings += 1;
        break;
      case 'published':
        this.#enterPublished(fact);
        break;
      case 'indexed':
        this.indexed += 1;
        // Two documents are a discrepancy of their own; the larger one keeps the rest independent of their order.
        if (this.indexedContent === null || fact.count > this.indexedCount) {
          this.indexedCount = fact.count;
          this.indexedContent = fact.digest;
        }
        break;
    }
  }

  get isIndexed(): boolean {
    return this.indexedContent !== null;
  }

  get isPublished(): boolean {
    return this.publishedContents.length > 0;
  }

  /** The document says what was published with the highest count. */
  get isIndexedAsPublished(): boolean {
    return this.indexedContent !== null && this.publishedContents.includes(this.indexedContent);
  }

  #enterPublished({ count, digest }: CountedFact): void {
    if (count < this.publishedCount) return;
    if (count > this.publishedCount) this.publishedContents = [];
    this.publishedCount = count;
    if (!this.publishedContents.includes(digest)) this.publishedContents = [...this.publishedContents, digest];
  }
}

/** How the month of a window stands. */
export type MonthState = 'kept' | 'expired' | 'dropped';

type Rule = (account: WindowAccount) => boolean;

const INDEXED_TWICE: readonly [DiscrepancyKind, Rule] = ['indexed twice', (w) => w.indexed > 1];

/** A bounded run: every window is computed again from the distinct readings. */
const BOUNDED_RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['window missing', (w) => w.readings > 0 && !w.isIndexed],
  ['window not expected', (w) => w.readings === 0],
  ['window with another count', (w) => w.readings > 0 && w.isIndexed && w.indexedCount !== w.readings],
  ['window with other content', (w) => w.isIndexed && w.indexedCount === w.readings && !w.isIndexedAsPublished],
  INDEXED_TWICE,
];

/** A run without end: its windows also hold readings from before the range, so only index and topic are compared. */
const LIVE_RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['window missing', (w) => w.isPublished && !w.isIndexed],
  ['window with another count', (w) => w.isPublished && w.isIndexed && w.indexedCount < w.publishedCount],
  [
    'window with other content',
    (w) => w.isPublished && w.isIndexed && w.indexedCount === w.publishedCount && !w.isIndexedAsPublished,
  ],
  INDEXED_TWICE,
];

/** Everything that does not add up about one window; nothing when it does. A window that has expired need not be there. */
export function windowDiscrepancies(
  account: WindowAccount,
  bounded: boolean,
  month: MonthState = 'kept',
): DiscrepancyKind[] {
  const rules = bounded ? BOUNDED_RULES : LIVE_RULES;
  const kinds = rules.filter(([, applies]) => applies(account)).map(([kind]) => kind);
  const expected = month === 'kept' ? kinds : kinds.filter((kind) => kind !== 'window missing');
  return month === 'dropped' && account.isIndexed ? [...expected, 'window of a dropped month'] : expected;
}

/** How the month of a window stands, which is that of its start. */
export function windowMonthState(id: string, { expiredBefore, droppedBefore }: Horizon): MonthState {
  const month = monthOf(Number(id.split('|').at(-2)));
  if (isBefore(month, droppedBefore)) return 'dropped';
  return isBefore(month, expiredBefore) ? 'expired' : 'kept';
}

/**
 * `<device>|<window start in epoch ms>` of the window that holds an instant; windows begin at multiples of their length
 * since 1970-01-01, before it as well.
 *
 * @param timestamp - ISO 8601 in UTC; digits beyond the millisecond cannot move a window's start
 */
export function windowKey(deviceId: string, timestamp: string, windowMs: number): string {
  return `${deviceId}|${Math.floor(Date.parse(timestamp) / windowMs) * windowMs}`;
}

export function windowId(generation: string, key: string, windowMs: number): string {
  return `${generation}|${key}|${windowMs}`;
}
