import type { Context } from '@temporalio/activity';
import type { Client } from '@elastic/elasticsearch';
import { MAX_REDRIVES } from '../../contracts/record';
import { pipelineOf } from '../../contracts/pipeline-names';
import type { KafkaGateway } from '../../kafka';
import { BulkWriter } from '../bulk-writer';
import { MonthRouter } from '../month-router';
import { writeEntries } from '../write-entries';
import { findDocuments, type FoundDocument } from './documents';
import { derivedRecordOf, isRestorable, rawRecordOf, type Letter } from './letter';
import { markLetters, type LetterMark } from './mark-letters';
import type { RedriveOutcome, RedriveSliceInput } from './slice';

/** A letter and the document that was made of it: of all letters of an id the one that counts. */
interface CurrentLetter {
  readonly letter: Letter;
  readonly document: FoundDocument;
}

export interface DecidedLetter extends CurrentLetter {
  readonly outcome: RedriveOutcome;
}

export interface RedriveDependencies {
  readonly kafka: KafkaGateway;
  readonly elasticsearch: Client;
  readonly context: Pick<Context, 'sleep'>;
  readonly signal: AbortSignal;
  /** Says that the slice is alive. */
  readonly beat: () => void;
  readonly input: RedriveSliceInput;
}

/** Gives some letters another way through; holds their bytes once more while it does. */
export class RedriveBatch {
  /** By alias; what they know of dropped months is as old as the batch. */
  readonly #routers = new Map<string, MonthRouter>();

  constructor(private readonly dependencies: RedriveDependencies) {}

  /**
   * Decides on each letter, does it unless the run is dry, and marks it on the letter's document.
   *
   * @returns the letters that count, and how many ids have no document
   */
  async run(letters: readonly Letter[]): Promise<{ readonly decided: DecidedLetter[]; readonly unindexed: number }> {
    const { elasticsearch, signal, input } = this.dependencies;
    const ids = letters.map(({ content }) => content.id);
    const place = { elasticsearch, alias: input.aliases.deadLetters, byMonth: false, signal };
    const documents = await findDocuments(place, ids);
    const current = letters.flatMap((letter) => {
      const document = documents.get(letter.content.id);
      return document !== undefined && isMadeOf(document, letter) ? [{ letter, document }] : [];
    });
    const indexed = await this.#indexed(current);
    const expired = await this.#expired(ofStage(current, 'index'));
    const decided = current.map((each): DecidedLetter => {
      const isGone = expired.has(each.letter) && !indexed.has(each.letter);
      return { ...each, outcome: isGone ? 'expired' : outcomeOf(each, indexed.has(each.letter)) };
    });
    const unindexed = ids.filter((id) => !documents.has(id)).length;
    return { decided: input.dryRun ? decided : await this.#carryOut(decided), unindexed };
  }

  async #carryOut(decided: readonly DecidedLetter[]): Promise<DecidedLetter[]> {
    const redriven = decided.filter(({ outcome }) => outcome === 'redriven');
    const [toIndex, toRaw] = [ofStage(redriven, 'index'), ofStage(redriven, 'parse')];
    await this.#publish(toRaw);
    await this.#index(toIndex);
    const indexed = await this.#indexed(toIndex);
    const refused = new Set(toIndex.filter(({ letter }) => !indexed.has(letter)).map(({ letter }) => letter));
    const done = decided.map((each) =>
      refused.has(each.letter) ? { ...each, outcome: 'refusedAgain' as const } : each,
    );
    await this.#mark(done, indexed);
    return done;
  }

  async #publish(current: readonly CurrentLetter[]): Promise<void> {
    for (const [topic, group] of byTopic(current)) {
      const records = group.map(({ letter, document }) => rawRecordOf(letter, timesOf(document) + 1));
      await this.dependencies.kafka.publish(topic, records);
    }
  }

  /** As the indexer does it, a letter that is refused again included. */
  async #index(current: readonly CurrentLetter[]): Promise<void> {
    const { topics } = this.dependencies.input;
    for (const [topic, group] of byTopic(current)) {
      const alias = this.#aliasOf(topic);
      const target = { topic, alias, deadLetterTopic: topics.deadLetter, maxDeadLetterRatio: null };
      const router = await this.#routerOf(topic);
      const writer = new BulkWriter(writeEntries({ ...this.dependencies, router, target }), this.dependencies.beat);
      const indexing = { pipeline: pipelineOf(topic), indexedAt: Date.now() };
      try {
        for (const { letter, document } of group) {
          const full = writer.add(router.entry(derivedRecordOf(letter, timesOf(document) + 1), indexing));
          if (full !== null) await full;
        }
        await writer.end();
      } finally {
        await writer.settle();
      }
    }
  }

  /** Letters whose id stands in the index of its kind, in the wanted version or a newer one. */
  async #indexed(current: readonly CurrentLetter[]): Promise<ReadonlySet<Letter>> {
    const { elasticsearch, signal } = this.dependencies;
    const indexed = new Set<Letter>();
    for (const [topic, group] of byTopic(current)) {
      const ids = group.map(({ letter }) => letter.content.id);
      const { byMonth } = await this.#routerOf(topic);
      const documents = await findDocuments({ elasticsearch, alias: this.#aliasOf(topic), byMonth, signal }, ids);
      for (const { letter } of group) {
        const document = documents.get(letter.content.id);
        const wanted = Number(letter.content.headers?.version ?? 0);
        if (document !== undefined && document.version >= wanted) indexed.add(letter);
      }
    }
    return indexed;
  }

  /** Letters whose record belongs to a month that is dropped. */
  async #expired(current: readonly CurrentLetter[]): Promise<ReadonlySet<Letter>> {
    const expired = new Set<Letter>();
    for (const [topic, group] of byTopic(current)) {
      const router = await this.#routerOf(topic);
      for (const { letter } of group) {
        const entry = router.entry(derivedRecordOf(letter, 1), { pipeline: pipelineOf(topic), indexedAt: 0 });
        if ('expired' in entry) expired.add(letter);
      }
    }
    return expired;
  }

  async #mark(decided: readonly DecidedLetter[], indexed: ReadonlySet<Letter>): Promise<void> {
    const { elasticsearch, signal, context, input } = this.dependencies;
    const resolvedAt = Date.now();
    const marks = decided.flatMap(({ letter, document, outcome }): LetterMark[] => {
      const isTried = outcome === 'redriven' || outcome === 'refusedAgain';
      const isResolved = outcome === 'resolved' ? document.provenance.resolvedAt === undefined : indexed.has(letter);
      if (!isTried && !isResolved) return [];
      const redrive = isTried ? { redrive: timesOf(document) + 1 } : {};
      return [{ letter, document, provenance: { ...redrive, ...(isResolved ? { resolvedAt } : {}) } }];
    });
    const pause = (milliseconds: number): Promise<void> => context.sleep(Math.ceil(milliseconds));
    await markLetters({ elasticsearch, alias: input.aliases.deadLetters, signal, pause }, marks);
  }

  async #routerOf(topic: string): Promise<MonthRouter> {
    const { elasticsearch, input } = this.dependencies;
    const alias = this.#aliasOf(topic);
    const known = this.#routers.get(alias);
    if (known !== undefined) return known;
    const router = await MonthRouter.of(elasticsearch, pipelineOf(input.topics.enriched), alias);
    this.#routers.set(alias, router);
    return router;
  }

  #aliasOf(topic: string): string {
    const { topics, aliases } = this.dependencies.input;
    return topic === topics.windows ? aliases.windows : aliases.readings;
  }
}

function outcomeOf({ letter, document }: CurrentLetter, isIndexed: boolean): RedriveOutcome {
  if (isIndexed) return 'resolved';
  if (!isRestorable(letter)) return 'notRedrivable';
  return timesOf(document) >= MAX_REDRIVES ? 'exhausted' : 'redriven';
}

/** How often the letter was redriven, be it by the letter itself or by a redrive of which nothing has come back yet. */
function timesOf({ provenance }: FoundDocument): number {
  return provenance.redrive ?? 0;
}

function isMadeOf({ provenance }: FoundDocument, { record }: Letter): boolean {
  return provenance.partition === record.partition && provenance.offset === record.offset;
}

function ofStage<T extends CurrentLetter>(current: readonly T[], stage: 'parse' | 'index'): T[] {
  return current.filter(({ letter }) => letter.content.stage === stage);
}

/** By the topic of the record that could not be used. */
function byTopic(current: readonly CurrentLetter[]): ReadonlyMap<string, readonly CurrentLetter[]> {
  const groups = new Map<string, CurrentLetter[]>();
  for (const each of current) {
    const { topic } = each.letter.content;
    const group = groups.get(topic);
    if (group === undefined) groups.set(topic, [each]);
    else group.push(each);
  }
  return groups;
}
