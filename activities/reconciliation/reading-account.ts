import { isBefore, NO_HORIZON, type Horizon, type Month } from '../contracts/event-month';
import type { DiscrepancyKind } from '../contracts/report';

/** What one side of the pipeline says about one event id. */
export type ReadingFact =
  | { readonly side: 'planned'; readonly id: string }
  | { readonly side: 'published'; readonly id: string; readonly digest: string; readonly ofAnotherRun?: true }
  | (DerivedFact & { readonly side: 'enriched'; readonly window: string | null; readonly month?: Month | null })
  | (DerivedFact & { readonly side: 'indexed'; readonly redriven?: true })
  | (DerivedFact & { readonly side: 'indexed letter' })
  | (DerivedFact & { readonly side: 'letter'; readonly cause: string; readonly ofWindow?: true });

interface DerivedFact {
  readonly id: string;
  readonly digest: string;
  /** Made of a record before or after the range; never set where the range is the whole run. */
  readonly outside?: true;
}

/** Stands for several contents under one id. */
const CONFLICT = '≠';
/** Contents of dead letters kept per id; an id with more of them is not held to any. */
const MAX_LETTER_CONTENTS = 16;

/** All that is known of one event id; the order in which facts are entered makes no difference. */
export class ReadingAccount {
  /** At least one side knows it from inside the range. */
  inRange = false;
  planned = false;
  /** Raw records. */
  published = 0;
  /** Another run planned it, and its dead letter was redriven into this one. */
  isOfAnotherRun = false;
  /** Documents. */
  indexed = 0;
  /** A document says that it came by a redrive. */
  isRedriven = false;
  rawContent: string | null = null;
  enrichedContent: string | null = null;
  indexedContent: string | null = null;
  /** Every copy of a record that could not be used has a dead letter of its own, with its own coordinates. */
  letterContents: readonly string[] = [];
  indexedLetterContent: string | null = null;
  /** `<device>|<window start in epoch ms>`; null where the reading is in no window. */
  window: string | null = null;
  /** Of its index; null where an alias has one index for all. */
  month: Month | null = null;
  /** `<stage>:<reason>` of its dead letter; of several the first in the alphabet. */
  cause: string | null = null;
  hasSourceLetter = false;
  hasParseLetter = false;
  hasIndexLetter = false;

  constructor(private readonly horizon: Horizon = NO_HORIZON) {}

  enter(fact: ReadingFact): void {
    if (!('outside' in fact)) this.inRange = true;
    switch (fact.side) {
      case 'planned':
        this.planned = true;
        break;
      case 'published':
        this.published += 1;
        this.rawContent = joined(this.rawContent, fact.digest);
        this.isOfAnotherRun ||= fact.ofAnotherRun === true;
        break;
      case 'enriched':
        this.#enterEnriched(fact);
        break;
      case 'indexed':
        this.#enterIndexed(fact);
        break;
      case 'letter':
        this.letterContents = withContent(this.letterContents, fact.digest);
        if (fact.ofWindow !== true) this.#enterCause(fact.cause);
        break;
      case 'indexed letter':
        this.indexedLetterContent = joined(this.indexedLetterContent, fact.digest);
        break;
    }
  }

  get isPublished(): boolean {
    return this.published > 0;
  }

  get isEnriched(): boolean {
    return this.enrichedContent !== null;
  }

  get isIndexed(): boolean {
    return this.indexed > 0;
  }

  /** Several contents under this id: which one is indexed is not promised. */
  get isConflicting(): boolean {
    return this.rawContent === CONFLICT || this.enrichedContent === CONFLICT;
  }

  get hasLetter(): boolean {
    return this.letterContents.length > 0;
  }

  /** A dead letter that nothing has made good. */
  get isUnresolvedLetter(): boolean {
    return this.cause !== null && !this.isIndexed;
  }

  /**
   * A dead letter whose id is indexed, and had a way to get there: what the index refused is in the topic still; what
   * could not be parsed comes by a redrive alone, and its document says so.
   */
  get isResolvedLetter(): boolean {
    return this.cause !== null && this.isIndexed && !this.hasSourceLetter && (!this.hasParseLetter || this.isRedriven);
  }

  /** Not in the index, and it need not be: its month is given up. */
  get isExpired(): boolean {
    return this.cause === null && !this.isIndexed && isBefore(this.month, this.horizon.expiredBefore);
  }

  /** In the index of a month of which nothing should be left. */
  get isResurrected(): boolean {
    return this.isIndexed && isBefore(this.month, this.horizon.droppedBefore);
  }

  /** Ended as a document, as a dead letter or with its month; what is enriched got past parsing, so a letter from there ends nothing. */
  get hasEnded(): boolean {
    if (isBefore(this.month, this.horizon.expiredBefore)) return true;
    return this.isIndexed || this.hasIndexLetter || (this.hasParseLetter && !this.isEnriched);
  }

  #enterEnriched({ digest, window, month = null }: Extract<ReadingFact, { readonly side: 'enriched' }>): void {
    this.enrichedContent = joined(this.enrichedContent, digest);
    this.window = first(this.window, window);
    this.month = first(this.month, month);
  }

  #enterIndexed({ digest, redriven }: Extract<ReadingFact, { readonly side: 'indexed' }>): void {
    this.indexed += 1;
    this.indexedContent = joined(this.indexedContent, digest);
    this.isRedriven ||= redriven === true;
  }

  #enterCause(cause: string): void {
    this.cause = first(this.cause, cause);
    this.hasSourceLetter ||= cause.startsWith('source:');
    this.hasParseLetter ||= cause.startsWith('parse:');
    this.hasIndexLetter ||= cause.startsWith('index:');
  }
}

type Rule = (account: ReadingAccount) => boolean;

const RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['published but neither indexed nor a dead letter', (a) => a.isPublished && !a.hasEnded],
  ['enriched but not published', (a) => a.isEnriched && !a.isPublished],
  ['indexed but not published', (a) => a.isIndexed && !a.isPublished],
  ['indexed but not enriched', (a) => a.isIndexed && a.isPublished && !a.isEnriched],
  ['indexed and a dead letter', (a) => a.cause !== null && a.isIndexed && !a.isResolvedLetter],
  ['indexed twice', (a) => a.indexed > 1],
  ['indexed though its month is dropped', (a) => a.isResurrected],
  ['indexed with other content', (a) => differs(a.enrichedContent, a.indexedContent)],
  ['conflicting content under one id', (a) => a.isConflicting],
  ['dead letter of nothing published', (a) => !a.isPublished && (a.hasParseLetter || a.hasIndexLetter)],
  ['dead letter not indexed', (a) => a.hasLetter && a.indexedLetterContent === null],
  ['dead letter not published', (a) => !a.hasLetter && a.indexedLetterContent !== null],
  ['dead letter with other content', (a) => a.hasLetter && isForeignTo(a.letterContents, a.indexedLetterContent)],
];

const PLAN_RULES: readonly (readonly [DiscrepancyKind, Rule])[] = [
  ['planned but not published', (a) => a.planned && !a.isPublished && !a.hasSourceLetter],
  ['published but not planned', (a) => !a.planned && !a.isOfAnotherRun && (a.isPublished || a.hasSourceLetter)],
];

/** Everything that does not add up about one id; nothing when it does. */
export function readingDiscrepancies(account: ReadingAccount, hasPlan: boolean): DiscrepancyKind[] {
  const rules = hasPlan ? [...PLAN_RULES, ...RULES] : RULES;
  return rules.filter(([, applies]) => applies(account)).map(([kind]) => kind);
}

function joined(known: string | null, seen: string): string {
  return known === null || known === seen ? seen : CONFLICT;
}

/** The first in the alphabet, so that the order of facts makes no difference. */
function first(known: string | null, seen: string | null): string | null {
  if (known === null || seen === null) return known ?? seen;
  return seen < known ? seen : known;
}

/** Two sides that both know the id, each with one content, and not the same. */
function differs(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== CONFLICT && other !== CONFLICT && one !== other;
}

/** Keeps the first in the alphabet, so that the order of facts makes no difference. */
function withContent(known: readonly string[], seen: string): readonly string[] {
  if (known.includes(seen)) return known;
  return [...known, seen].sort().slice(0, MAX_LETTER_CONTENTS);
}

function isForeignTo(contents: readonly string[], content: string | null): boolean {
  return content !== null && contents.length < MAX_LETTER_CONTENTS && !contents.includes(content);
}
