import { isBefore, NO_BOUNDS, type Month, type RetentionBounds } from '../contracts/event-month';
import type { ForeignDeadLetterFact, ForeignFact, ProcessedFact, PublishedFact, ReadingFact } from './reading-fact';

/** Marks several contents under one id. */
const CONFLICT = '≠';
/** Contents of dead letters kept per id; with more, the indexed one is not compared. */
export const MAX_LETTER_CONTENTS = 16;

/** The combined facts about one event id, independent of their order. */
export class ReadingState {
  /** At least one fact comes from inside the range. */
  inRange = false;
  planned = false;
  /** Number of raw records. */
  published = 0;
  /** What may be planned under this id is in a raw record. */
  isPlanPublished = false;
  /** Planned by another run; its dead letter was redriven into this one. */
  isOfAnotherRun = false;
  /** Number of documents. */
  indexed = 0;
  /** Number of documents of other runs: a later run has overwritten that of this run, or this run never had the id. */
  #indexedByOthers = 0;
  #contentOfOthers: string | null = null;
  #windowOfOthers: string | null = null;
  #isRedrivenByOthers = false;
  /** When the latest of those documents was published to be indexed. */
  #indexedByOthersMs = Number.NEGATIVE_INFINITY;
  /** The latest dead letter of another run in the index. */
  #deadLetterOfOthers: ForeignDeadLetterFact | null = null;
  /** What other runs made of the raw record. */
  readonly #processedByOthers: ProcessedFact[] = [];
  /** When the latest dead letter or absent record was published. */
  #rejectedMs = Number.NEGATIVE_INFINITY;
  /** A document was written by a redrive. */
  isRedriven = false;
  /** A dead letter of a record outside of the range has overwritten the document. */
  #hasDeadLetterElsewhere = false;
  rawContent: string | null = null;
  enrichedContent: string | null = null;
  indexedContent: string | null = null;
  /** Both without the flag of a late reading: a repeat can be late where the first copy was in time. */
  #plainContent: string | null = null;
  #indexedPlainContent: string | null = null;
  /** The document was made of a raw record outside of the range: of the same reading, published again. */
  isIndexedElsewhere = false;
  /** Several if copies of an unusable record each have a dead letter, with their own coordinates. */
  deadLetterContents: readonly string[] = [];
  indexedDeadLetterContent: string | null = null;
  /** The id of its window; null if the reading is not in one. */
  window: string | null = null;
  /** Of its index; null without monthly indices. */
  month: Month | null = null;
  /** `<stage>:<reason>` of its dead letter; of several, the alphabetically first. */
  cause: string | null = null;
  /** Number of dead letters of the source. */
  rejected = 0;
  /** The job found no value of any measurement in a raw record. */
  hasAbsentRecord = false;
  hasParseDeadLetter = false;
  hasIndexDeadLetter = false;

  constructor(readonly bounds: RetentionBounds = NO_BOUNDS) {}

  add(fact: ReadingFact): void {
    if (fact.kind === 'foreign') this.#addForeign(fact);
    else if (fact.kind === 'foreignDeadLetter') this.#addForeignDeadLetter(fact);
    else if ('byRun' in fact) this.#processedByOthers.push(fact);
    else {
      if (!('outside' in fact)) this.inRange = true;
      this.#addOwn(fact);
    }
  }

  /**
   * Takes what the latest of the other runs made of the raw record, if this run made nothing of it; to be called when all
   * facts are added.
   */
  adoptOtherRuns(): void {
    if (this.isEnriched || this.hasAbsentRecord || this.hasDeadLetter) return;
    const [first, ...others] = this.#processedByOthers;
    if (first === undefined) return;
    const { byRun } = others.reduce(later, first);
    for (const fact of this.#processedByOthers.filter((each) => each.byRun === byRun)) this.#addOwn(fact);
    this.isRedriven = this.#isRedrivenByOthers;
    if (this.deadLetterContents.length > 0) this.indexedDeadLetterContent = this.#deadLetterOfOthers?.digest ?? null;
  }

  #addForeign({ digest, window, atMs, redriven }: ForeignFact): void {
    this.#windowOfOthers = first(this.#windowOfOthers, window);
    if (digest === undefined) return;
    this.#indexedByOthers += 1;
    this.#contentOfOthers = merged(this.#contentOfOthers, digest);
    this.#isRedrivenByOthers ||= redriven === true;
    this.#indexedByOthersMs = Math.max(this.#indexedByOthersMs, atMs);
  }

  #addForeignDeadLetter(fact: ForeignDeadLetterFact): void {
    if (fact.atMs > (this.#deadLetterOfOthers?.atMs ?? Number.NEGATIVE_INFINITY)) this.#deadLetterOfOthers = fact;
  }

  #addOwn(fact: Exclude<ReadingFact, ForeignFact | ForeignDeadLetterFact>): void {
    switch (fact.kind) {
      case 'planned':
        this.planned = true;
        break;
      case 'row':
        this.isPlanPublished = true;
        break;
      case 'published':
        this.#addPublished(fact);
        break;
      case 'enriched':
        this.#addEnriched(fact);
        break;
      case 'absent':
        this.hasAbsentRecord = true;
        this.#rejectedMs = Math.max(this.#rejectedMs, fact.atMs);
        break;
      case 'indexed':
        this.#addIndexed(fact);
        break;
      case 'deadLetter':
        this.deadLetterContents = withContent(this.deadLetterContents, fact.digest);
        this.#rejectedMs = Math.max(this.#rejectedMs, fact.atMs);
        this.#addCause(fact.cause);
        break;
      case 'indexedDeadLetter':
        this.indexedDeadLetterContent = merged(this.indexedDeadLetterContent, fact.digest);
        break;
      case 'deadLetterElsewhere':
        this.#hasDeadLetterElsewhere = true;
        break;
    }
  }

  #addEnriched({ digest, plain = digest, window, month }: Extract<ReadingFact, { kind: 'enriched' }>): void {
    this.enrichedContent = merged(this.enrichedContent, digest);
    this.#plainContent = merged(this.#plainContent, plain);
    this.window = first(this.window, window);
    this.month = first(this.month, month);
  }

  #addIndexed(fact: Extract<ReadingFact, { kind: 'indexed' }>): void {
    this.indexed += 1;
    this.indexedContent = merged(this.indexedContent, fact.digest);
    this.#indexedPlainContent = merged(this.#indexedPlainContent, fact.plain ?? fact.digest);
    this.isIndexedElsewhere ||= 'outside' in fact;
    this.isRedriven ||= fact.redriven === true;
  }

  /** What may be planned under this id was published or rejected by the source. */
  get hasLeftSource(): boolean {
    return this.isPlanPublished || this.rejected > 0;
  }

  get isPublished(): boolean {
    return this.published > 0;
  }

  get isEnriched(): boolean {
    return this.enrichedContent !== null;
  }

  get isIndexed(): boolean {
    return this.documents > 0;
  }

  /** Documents of the reading; one of another run is of this reading only if this run has it too. */
  get documents(): number {
    return this.indexed + (this.isEnriched ? this.#indexedByOthers : 0);
  }

  /** The content under which other runs have indexed the reading, if they have. */
  get contentOfOthers(): string | null {
    return this.#contentOfOthers;
  }

  /** This run has no reading of the record, but an earlier one had, and its document is still in the index. */
  get isIndexedByEarlierRun(): boolean {
    return this.isWithoutReading && this.#indexedByOthers > 0 && this.#indexedByOthersMs < this.#rejectedMs;
  }

  /** A document of an earlier run under this id would contradict this run. */
  get isWithoutReading(): boolean {
    return (this.cause !== null || this.hasAbsentRecord) && !this.isEnriched && this.indexed === 0;
  }

  /** It has a dead letter, and no document of this run for it. */
  get lacksDeadLetterDocument(): boolean {
    return this.hasDeadLetter && this.indexedDeadLetterContent === null && !this.#hasDeadLetterElsewhere;
  }

  /** A later run has the same dead letter; what it published, and so the content, is known to that run alone. */
  get isDeadLetterOfLaterRun(): boolean {
    return (this.#deadLetterOfOthers?.atMs ?? Number.NEGATIVE_INFINITY) >= this.#rejectedMs;
  }

  /** The id of the window in which a reading of another run counts, unless this run has it too; else null. */
  get windowOfOthers(): string | null {
    return this.inRange && this.window !== null ? null : this.#windowOfOthers;
  }

  /** Several contents under this id; which one is indexed is undefined. */
  get isConflicting(): boolean {
    return this.rawContent === CONFLICT || this.#plainContent === CONFLICT;
  }

  /** The document is not what was made of the reading. */
  get isIndexedOtherwise(): boolean {
    if (differs(this.#plainContent, this.#indexedPlainContent)) return true;
    return !this.isIndexedElsewhere && differs(this.enrichedContent, this.indexedContent);
  }

  get hasDeadLetter(): boolean {
    return this.deadLetterContents.length > 0;
  }

  /**
   * A dead letter whose id was indexed later in a known way: a record that the index rejected is still in the topic; an
   * unparsable record can only be indexed by a redrive, which its document shows.
   */
  get isResolvedDeadLetter(): boolean {
    return (
      this.cause !== null && this.isIndexed && this.rejected === 0 && (!this.hasParseDeadLetter || this.isRedriven)
    );
  }

  /** Not indexed, and it need not be: its month is no longer kept. */
  get isExpired(): boolean {
    return this.cause === null && !this.isIndexed && isBefore(this.month, this.bounds.expiredBefore);
  }

  /** Neither indexed nor a dead letter, and it need not be; a reading under the same id is to be indexed. */
  get isAbsent(): boolean {
    return this.hasAbsentRecord && this.cause === null && !this.isEnriched && !this.isIndexed;
  }

  /**
   * Indexed, a dead letter, expired or absent; an enriched reading was parsed, so its dead letters from parsing do not
   * count.
   */
  get hasEnded(): boolean {
    if (isBefore(this.month, this.bounds.expiredBefore)) return true;
    if (this.isIndexed || this.hasIndexDeadLetter) return true;
    return (this.hasParseDeadLetter || this.hasAbsentRecord) && !this.isEnriched;
  }

  #addPublished({ digest, row, ofAnotherRun }: PublishedFact): void {
    this.published += 1;
    this.rawContent = merged(this.rawContent, digest);
    this.isPlanPublished ||= row === undefined;
    this.isOfAnotherRun ||= ofAnotherRun === true;
  }

  #addCause(cause: string | undefined): void {
    if (cause === undefined) return;
    this.cause = first(this.cause, cause);
    this.rejected += Number(cause.startsWith('source:'));
    this.hasParseDeadLetter ||= cause.startsWith('parse:');
    this.hasIndexDeadLetter ||= cause.startsWith('index:');
  }
}

/** Of two, what was published later; of equal ones that of the alphabetically last run. */
function later(known: ProcessedFact, fact: ProcessedFact): ProcessedFact {
  if (fact.atMs !== known.atMs) return fact.atMs > known.atMs ? fact : known;
  return String(fact.byRun) > String(known.byRun) ? fact : known;
}

/** Whether both sides have the id, each with one content, and the contents differ. */
export function differs(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== CONFLICT && other !== CONFLICT && one !== other;
}

function merged(known: string | null, seen: string): string {
  return known === null || known === seen ? seen : CONFLICT;
}

/** Returns the alphabetically first, so that the order of facts does not matter. */
function first(known: string | null, seen: string | null = null): string | null {
  if (known === null || seen === null) return known ?? seen;
  return seen < known ? seen : known;
}

/** Keeps the alphabetically first, so that the order of facts does not matter. */
function withContent(known: readonly string[], seen: string): readonly string[] {
  if (known.includes(seen)) return known;
  return [...known, seen].sort().slice(0, MAX_LETTER_CONTENTS);
}
