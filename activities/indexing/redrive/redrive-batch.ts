import { z } from 'zod';
import type { PipelineAliases, PipelineTopics } from '../../contracts/plan';
import { MAX_REDRIVES } from '../../contracts/record';
import { pipelineOf } from '../../contracts/pipeline-names';
import { BulkWriter } from '../bulk-writer';
import { MonthRouter } from '../month-router';
import { writeEntries, type WriteDependencies } from '../write-entries';
import { findDocuments, updateLetters, type FoundDocument, type LetterUpdate } from './documents';
import { derivedRecordOf, isRestorable, rawRecordOf, type Letter } from './letter';

const count = z.number().optional();
export const letterCountsSchema = z.object({
  /** Distinct ids; the sum of the others. */
  letters: z.number(),
  /** Its id was already indexed. */
  resolved: count,
  /** Published to the raw topic again, or indexed; in a dry run: would be tried. */
  redriven: count,
  /** Tried, and rejected by the index; for the raw topic, Spark decides later. */
  rejectedAgain: count,
  /** Redriven as often as allowed. */
  exhausted: count,
  /** Its record belongs to a dropped month. */
  expired: count,
  /** Its record cannot be restored: see `isRestorable`. */
  notRedrivable: count,
});
/** Dead letters by outcome; a count of zero is left out. */
export type LetterCounts = Readonly<z.infer<typeof letterCountsSchema>>;
type RedriveOutcome = Exclude<keyof LetterCounts, 'letters'>;

/** A dead letter with the document that was made from it: of all dead letters with its id, the one that counts. */
interface CurrentLetter {
  readonly letter: Letter;
  readonly document: FoundDocument;
}

export interface RedrivenLetter extends CurrentLetter {
  readonly outcome: RedriveOutcome;
}

interface TopicGroup {
  readonly topic: string;
  /** For the alias of its documents. */
  readonly router: MonthRouter;
  readonly group: CurrentLetter[];
}

export interface RedriveTarget {
  /** Only counts what would be done. */
  readonly dryRun: boolean;
  readonly topics: Pick<PipelineTopics, 'enriched' | 'windows' | 'deadLetter'>;
  readonly aliases: Pick<PipelineAliases, 'readings' | 'windows' | 'deadLetters'>;
}

interface RedriveDependencies extends Omit<WriteDependencies, 'router' | 'target'> {
  readonly target: RedriveTarget;
}

/** Redrives dead letters batch by batch; needs the memory of a batch twice. */
export class RedriveBatch {
  /** By alias; the retention that they have read may be as old as this object. */
  readonly #routers = new Map<string, MonthRouter>();

  constructor(private readonly dependencies: RedriveDependencies) {}

  /** Decides on each dead letter, redrives it unless this is a dry run, and updates its document. */
  async run(letters: readonly Letter[]): Promise<{ readonly redriven: RedrivenLetter[]; readonly unindexed: number }> {
    const { elasticsearch, signal, target } = this.dependencies;
    const ids = letters.map(({ content }) => content.id);
    const source = { elasticsearch, alias: target.aliases.deadLetters, byMonth: false, signal };
    const documents = await findDocuments(source, ids);
    const current = letters.flatMap((letter) => {
      const document = documents.get(letter.content.id);
      return document !== undefined && isMadeFrom(document, letter) ? [{ letter, document }] : [];
    });
    const indexed = await this.#findIndexed(current);
    const expired = await this.#findExpired(ofStage(current, 'index'));
    const decided = current.map((each): RedrivenLetter => {
      const { letter } = each;
      return { ...each, outcome: decide(each, indexed.has(letter), expired.has(letter)) };
    });
    const unindexed = ids.filter((id) => !documents.has(id)).length;
    return { redriven: target.dryRun ? decided : await this.#redrive(decided), unindexed };
  }

  async #redrive(decided: readonly RedrivenLetter[]): Promise<RedrivenLetter[]> {
    const chosen = decided.filter(({ outcome }) => outcome === 'redriven');
    const toIndex = ofStage(chosen, 'index');
    await this.#publish(ofStage(chosen, 'parse'));
    await this.#index(toIndex);
    const indexed = await this.#findIndexed(toIndex);
    const redriven = decided.map((each): RedrivenLetter => {
      const isRejected = toIndex.includes(each) && !indexed.has(each.letter);
      return isRejected ? { ...each, outcome: 'rejectedAgain' } : each;
    });
    await this.#updateDocuments(redriven, indexed);
    return redriven;
  }

  async #publish(current: readonly CurrentLetter[]): Promise<void> {
    for (const { topic, group } of await this.#byTopic(current)) {
      const records = group.map(({ letter, document }) => rawRecordOf(letter, redrivesOf(document) + 1));
      await this.dependencies.kafka.publish(topic, records);
    }
  }

  /** Writes them as `indexSlice` does: what is rejected becomes a dead letter again. */
  async #index(current: readonly CurrentLetter[]): Promise<void> {
    const { heartbeat, target } = this.dependencies;
    const { deadLetter: deadLetterTopic } = target.topics;
    for (const { topic, router, group } of await this.#byTopic(current)) {
      const written = { topic, alias: router.alias, deadLetterTopic, maxDeadLetterRatio: null };
      const writer = new BulkWriter(writeEntries({ ...this.dependencies, router, target: written }), heartbeat);
      const indexing = { pipeline: pipelineOf(topic), indexedAt: Date.now() };
      try {
        for (const { letter, document } of group) {
          const full = writer.add(router.route(derivedRecordOf(letter, redrivesOf(document) + 1), indexing));
          if (full !== null) await full;
        }
        await writer.flush();
      } finally {
        await writer.settle();
      }
    }
  }

  /** Returns the dead letters whose id is in the index of their topic, in the same version or a newer one. */
  async #findIndexed(current: readonly CurrentLetter[]): Promise<ReadonlySet<Letter>> {
    const { elasticsearch, signal } = this.dependencies;
    const indexed = new Set<Letter>();
    for (const { router, group } of await this.#byTopic(current)) {
      const { alias, byMonth } = router;
      const ids = group.map(({ letter }) => letter.content.id);
      const documents = await findDocuments({ elasticsearch, alias, byMonth, signal }, ids);
      for (const { letter } of group) {
        const { id, headers } = letter.content;
        if ((documents.get(id)?.version ?? -1) >= Number(headers?.version ?? 0)) indexed.add(letter);
      }
    }
    return indexed;
  }

  /** Returns the dead letters whose record belongs to a dropped month. */
  async #findExpired(current: readonly CurrentLetter[]): Promise<ReadonlySet<Letter>> {
    const expired = new Set<Letter>();
    for (const { topic, router, group } of await this.#byTopic(current)) {
      for (const { letter } of group) {
        const entry = router.route(derivedRecordOf(letter, 1), { pipeline: pipelineOf(topic), indexedAt: 0 });
        if ('expired' in entry) expired.add(letter);
      }
    }
    return expired;
  }

  async #updateDocuments(redriven: readonly RedrivenLetter[], indexed: ReadonlySet<Letter>): Promise<void> {
    const { elasticsearch, signal, pause, target } = this.dependencies;
    const resolvedAt = Date.now();
    const updates = redriven.flatMap(({ letter, document, outcome }): LetterUpdate[] => {
      const isTried = outcome === 'redriven' || outcome === 'rejectedAgain';
      const isResolved = outcome === 'resolved' ? document.provenance.resolvedAt === undefined : indexed.has(letter);
      if (!isTried && !isResolved) return [];
      const redrive = isTried ? { redrive: redrivesOf(document) + 1 } : {};
      return [{ letter, document, provenance: { ...redrive, ...(isResolved ? { resolvedAt } : {}) } }];
    });
    await updateLetters({ elasticsearch, alias: target.aliases.deadLetters, signal, pause }, updates);
  }

  /** Groups by the topic of the original record. */
  async #byTopic(current: readonly CurrentLetter[]): Promise<Iterable<TopicGroup>> {
    const groups = new Map<string, TopicGroup>();
    for (const each of current) {
      const { topic } = each.letter.content;
      const known = groups.get(topic) ?? { topic, router: await this.#routerOf(topic), group: [] };
      known.group.push(each);
      groups.set(topic, known);
    }
    return groups.values();
  }

  async #routerOf(topic: string): Promise<MonthRouter> {
    const { elasticsearch, target } = this.dependencies;
    const { topics, aliases } = target;
    const alias = topic === topics.windows ? aliases.windows : aliases.readings;
    const known = this.#routers.get(alias);
    const router = known ?? (await MonthRouter.create(elasticsearch, pipelineOf(topics.enriched), alias));
    this.#routers.set(alias, router);
    return router;
  }
}

function decide({ letter, document }: CurrentLetter, isIndexed: boolean, isExpired: boolean): RedriveOutcome {
  if (isIndexed) return 'resolved';
  if (isExpired) return 'expired';
  if (!isRestorable(letter)) return 'notRedrivable';
  return redrivesOf(document) >= MAX_REDRIVES ? 'exhausted' : 'redriven';
}

/** Returns how often it was redriven, including a redrive whose result has not come back yet. */
function redrivesOf({ provenance }: FoundDocument): number {
  return provenance.redrive ?? 0;
}

function isMadeFrom({ provenance }: FoundDocument, { record }: Letter): boolean {
  return provenance.partition === record.partition && provenance.offset === record.offset;
}

function ofStage<T extends CurrentLetter>(current: readonly T[], stage: 'parse' | 'index'): T[] {
  return current.filter(({ letter }) => letter.content.stage === stage);
}
