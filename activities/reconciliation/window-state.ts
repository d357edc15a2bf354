import { isBefore, monthOf, type RetentionBounds } from '../contracts/event-month';
import type { DiscrepancyKind, ReconcileRequest } from '../contracts/report';

/** What one topic or index shows about one window id. */
export type WindowFact =
  | { readonly kind: 'reading'; readonly id: string; readonly ofOtherRun?: true; readonly times: number }
  | (WindowContent & { readonly kind: 'published' })
  | (WindowContent & {
      readonly kind: 'indexed';
      readonly ofOtherRun?: true;
      /** Written after the range that is proven. */
      readonly isLater?: true;
    })
  | ({ readonly kind: 'counted'; readonly id: string } & CountedReadings)
  | { readonly kind: 'rejected'; readonly id: string };

/** Indexed readings in a window. */
export interface CountedReadings {
  /** Of the run, and not flagged late. */
  readonly own: number;
  /** Of all runs, also those flagged late: the first copy of a reading that came again may have been in time. */
  readonly all: number;
  /** Not flagged late, and of raw records after the range that is proven. */
  readonly later: number;
}

interface WindowContent {
  readonly id: string;
  readonly count: number;
  readonly digest: string;
}

/** The combined facts about one window id, independent of their order. */
export class WindowState {
  /** Distinct readings of the run in this window. */
  readings = 0;
  /** Indexed readings of other runs that the run itself does not have. */
  readingsOfOthers = 0;
  /** Number of documents. */
  indexed = 0;
  indexedCount = 0;
  indexedContent: string | null = null;
  /** The document is the run's own; a later run may have overwritten it. */
  isIndexedByRun = false;
  /** Null if the window is not counted. */
  counted: CountedReadings | null = null;
  /** Readings that the index rejected. */
  rejected = 0;
  /** The document is of a later range. */
  isIndexedLater = false;
  /** Highest published count; the versions of a window grow. */
  publishedCount = 0;
  /** Contents published with that count; several only if Spark repeated a batch and a last digit differs. */
  publishedContents: string[] = [];

  add(fact: WindowFact): void {
    switch (fact.kind) {
      case 'reading':
        if (fact.ofOtherRun === true) this.readingsOfOthers += fact.times;
        else this.readings += fact.times;
        break;
      case 'published':
        this.#addPublished(fact);
        break;
      case 'indexed':
        this.#addIndexed(fact);
        break;
      case 'counted':
        this.counted = fact;
        break;
      case 'rejected':
        this.rejected += 1;
        break;
    }
  }

  #addPublished({ count, digest }: WindowContent): void {
    if (count < this.publishedCount) return;
    if (count > this.publishedCount) this.publishedContents = [];
    this.publishedCount = count;
    if (!this.publishedContents.includes(digest)) this.publishedContents.push(digest);
  }

  #addIndexed({ count, digest, ofOtherRun, isLater }: Extract<WindowFact, { kind: 'indexed' }>): void {
    this.indexed += 1;
    this.isIndexedLater ||= isLater === true;
    // Two documents are a discrepancy anyway; using the larger one makes the rest independent of their order.
    if (this.indexedContent !== null && count <= this.indexedCount) return;
    this.indexedCount = count;
    this.indexedContent = digest;
    this.isIndexedByRun = ofOtherRun !== true;
  }

  get isIndexed(): boolean {
    return this.indexedContent !== null;
  }

  get isPublished(): boolean {
    return this.publishedContents.length > 0;
  }

  /** Whether the run has readings in this window or wrote it; of other windows it says nothing. */
  get isOfRun(): boolean {
    return this.readings > 0 || this.isPublished || this.isIndexedByRun;
  }

  /** Whether the window holds readings of several runs. */
  get isShared(): boolean {
    return this.readings > 0 && this.readingsOfOthers > 0;
  }

  /** What a complete account of the window counts. */
  get expectedCount(): number {
    return this.readings + this.readingsOfOthers;
  }

  /** Whether the document has the content that was published with the highest count. */
  get isIndexedAsPublished(): boolean {
    return this.indexedContent !== null && this.publishedContents.includes(this.indexedContent);
  }
}

export type MonthState = 'kept' | 'expired' | 'dropped';

type Rule = (window: WindowState) => boolean;

const INDEXED_TWICE: readonly [DiscrepancyKind, Rule] = ['indexed twice', (w) => w.indexed > 1];

/**
 * For a bounded run: every window is counted again from the distinct readings. One whose readings have all gone to other
 * windows may stay with a count of 0.
 */
const BOUNDED_RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['window missing', (w) => w.readings > 0 && !w.isIndexed],
  ['window not expected', (w) => w.expectedCount === 0 && Math.max(w.publishedCount, w.indexedCount) > 0],
  ['window with another count', (w) => w.expectedCount > 0 && w.isIndexed && w.indexedCount !== w.expectedCount],
  [
    'window with other content',
    (w) => w.isIndexedByRun && w.indexedCount === w.expectedCount && !w.isIndexedAsPublished,
  ],
  INDEXED_TWICE,
];

/**
 * For a run without end: its windows include readings before the range, so index and topic are compared, and a window of
 * several runs has at least the readings that are known.
 */
const LIVE_RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['window missing', (w) => w.isPublished && !w.isIndexed],
  [
    'window with another count',
    (w) =>
      (w.isPublished && w.isIndexed && w.indexedCount < w.publishedCount) ||
      (w.isShared && w.isIndexed && w.indexedCount < w.expectedCount),
  ],
  [
    'window with other content',
    (w) => w.isPublished && w.isIndexedByRun && w.indexedCount === w.publishedCount && !w.isIndexedAsPublished,
  ],
  INDEXED_TWICE,
];

/**
 * For a window that has closed and of which no later range has anything, see `rangeWindow`.
 *
 * @param most - readings that it may count
 */
function closedWindowDiscrepancies(window: WindowState, most: number): DiscrepancyKind[] {
  const { counted, isIndexed, isIndexedByRun, indexedCount } = window;
  const least = counted?.own ?? 0;
  if (!isIndexed) return least > 0 ? ['window missing'] : [];
  if (isIndexedByRun && most === 0) return ['window not expected'];
  const isOther = indexedCount < least || (isIndexedByRun && indexedCount > most);
  return isOther ? ['window with another count'] : [];
}

/** Where a range stands to a window: it counts it, leaves it to a later range, or says nothing about its readings. */
export function rangeWindow(
  id: string,
  window: WindowState,
  { windowsFromMs, windowsToMs }: NonNullable<ReconcileRequest['range']>,
): 'counted' | 'left' | 'other' {
  const startMs = windowStartOf(id);
  if (startMs >= windowsToMs || !(window.isPublished || startMs >= (windowsFromMs ?? Number.NEGATIVE_INFINITY))) {
    return 'other';
  }
  return window.isIndexedLater || (window.counted?.later ?? 0) > 0 ? 'left' : 'counted';
}

/**
 * Returns the rules that a window violates in a range of a run without end.
 *
 * @param unknown - rejected readings of which nobody knows in which window they were
 */
export function rangeWindowDiscrepancies(
  window: WindowState,
  month: MonthState,
  standing: ReturnType<typeof rangeWindow>,
  unknown: number,
): DiscrepancyKind[] {
  const published = windowDiscrepancies(window, false, month);
  if (standing !== 'counted' || month !== 'kept') return published;
  const most = (window.counted?.all ?? 0) + window.rejected + unknown;
  return [...new Set([...published, ...closedWindowDiscrepancies(window, most)])];
}

/** Returns the rules that a window of other runs violates; some of its readings may have gone to other windows. */
export function foreignWindowDiscrepancies(window: WindowState): DiscrepancyKind[] {
  return window.indexedCount > window.expectedCount ? ['window counts readings that are gone'] : [];
}

/** Returns the rules that a window violates; an expired window may be missing. */
export function windowDiscrepancies(window: WindowState, bounded: boolean, month: MonthState): DiscrepancyKind[] {
  const violated = (bounded ? BOUNDED_RULES : LIVE_RULES).filter(([, applies]) => applies(window));
  const kinds = violated.map(([kind]) => kind).filter((kind) => month === 'kept' || kind !== 'window missing');
  return month === 'dropped' && window.isIndexed ? [...kinds, 'window of a dropped month'] : kinds;
}

/** Returns the state of the month in which a window starts. */
export function windowMonthState(id: string, { expiredBefore, droppedBefore }: RetentionBounds): MonthState {
  const month = monthOf(windowStartOf(id));
  if (isBefore(month, droppedBefore)) return 'dropped';
  return isBefore(month, expiredBefore) ? 'expired' : 'kept';
}

/** Returns the start in epoch ms that a window's id names. */
export function windowStartOf(id: string): number {
  return Number(id.split('|').at(-2));
}
