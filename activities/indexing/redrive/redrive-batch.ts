import { z } from 'zod';
import type { PipelineAliases, PipelineTopics } from '../../contracts/plan';
import { MAX_REDRIVES } from '../../contracts/record';
import { pipelineOf } from '../../contracts/pipeline-names';
import { BulkWriter } from '../bulk-writer';
import { MonthRouter } from '../month-router';
import { writeEntries, type WriteDependencies } from '../write-entries';
import { findDocuments, updateDeadLetters, type FoundDocument, type DeadLetterUpdate } from './documents';
import { derivedRecordOf, isProtected, isRestorable, rawRecordOf, versionOf, type DeadLetter } from './dead-letter';
import { withSources } from './protected-originals';

const count = z.number().optional();
export const deadLetterCountsSchema = z.object({
  /** Distinct ids; the sum of the others. */
  deadLetters: z.number(),
  /** Its id was already indexed. */
  resolved: count,
  /** Published to the raw topic again, or indexed; in a dry run: would be tried. */
  redriven: count,
  /** Tried, and rejected by the index; for the raw topic, Spark decides later. */
  rejectedAgain: count,
  /** It would go through the raw topic, which no open run reads. */
  noReader: count,
  /** Redriven as often as allowed. */
  exhausted: count,
  /** Its record belongs to a dropped month. */
  expired: count,
  /** It keeps no value, and its topic does not have the record any more. */
  notRetained: count,
  /** Its record cannot be restored: see `isRestorable`. */
  notRedrivable: count,
});
/** Dead letters by outcome; a count of zero is left out. */
export type DeadLetterCounts = Readonly<z.infer<typeof deadLetterCountsSchema>>;
type RedriveOutcome = Exclude<keyof DeadLetterCounts, 'deadLetters'>;

/** A dead letter with the document that was made from it: of all dead letters with its id, the one that counts. */
interface CurrentDeadLetter {
  readonly deadLetter: DeadLetter;
  readonly document: FoundDocument;
}

export interface RedrivenDeadLetter extends CurrentDeadLetter {
  readonly outcome: RedriveOutcome;
}

interface TopicGroup {
  readonly topic: string;
  /** For the alias of its documents. */
  readonly router: MonthRouter;
  readonly group: CurrentDeadLetter[];
}

export interface RedriveTarget {
  /** Only counts what would be done. */
  readonly dryRun: boolean;
  readonly hasRawReader: boolean;
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
  async run(
    deadLetters: readonly DeadLetter[],
  ): Promise<{ readonly redriven: RedrivenDeadLetter[]; readonly unindexed: number }> {
    const { kafka, elasticsearch, signal, target } = this.dependencies;
    const ids = deadLetters.map(({ content }) => content.id);
    const source = { elasticsearch, alias: target.aliases.deadLetters, byMonth: false, signal };
    const documents = await findDocuments(source, ids);
    const made = deadLetters.filter((deadLetter) => isMadeFrom(documents.get(deadLetter.content.id), deadLetter));
    const current = (await withSources(kafka, made, signal)).flatMap((deadLetter) => {
      const document = documents.get(deadLetter.content.id);
      return document === undefined ? [] : [{ deadLetter, document }];
    });
    const indexed = await this.#findIndexed(current);
    const expired = await this.#findExpired(ofStage(current, 'index'));
    const decided = current.map((each): RedrivenDeadLetter => {
      const { deadLetter } = each;
      const outcome = decide(each, indexed.has(deadLetter), expired.has(deadLetter));
      const isRead = deadLetter.content.stage !== 'parse' || target.hasRawReader;
      return { ...each, outcome: outcome === 'redriven' && !isRead ? 'noReader' : outcome };
    });
    const unindexed = ids.filter((id) => !documents.has(id)).length;
    return { redriven: target.dryRun ? decided : await this.#redrive(decided), unindexed };
  }

  async #redrive(decided: readonly RedrivenDeadLetter[]): Promise<RedrivenDeadLetter[]> {
    const chosen = decided.filter(({ outcome }) => outcome === 'redriven');
    const toIndex = ofStage(chosen, 'index');
    await this.#publish(ofStage(chosen, 'parse'));
    await this.#index(toIndex);
    const indexed = await this.#findIndexed(toIndex);
    const redriven = decided.map((each): RedrivenDeadLetter => {
      const isRejected = toIndex.includes(each) && !indexed.has(each.deadLetter);
      return isRejected ? { ...each, outcome: 'rejectedAgain' } : each;
    });
    await this.#updateDocuments(redriven, indexed);
    return redriven;
  }

  async #publish(current: readonly CurrentDeadLetter[]): Promise<void> {
    for (const { topic, group } of await this.#byTopic(current)) {
      const records = group.map(({ deadLetter, document }) => rawRecordOf(deadLetter, redrivesOf(document) + 1));
      await this.dependencies.kafka.publish(topic, records);
    }
  }

  /** Writes them as `indexLane` does: what is rejected becomes a dead letter again. */
  async #index(current: readonly CurrentDeadLetter[]): Promise<void> {
    const { heartbeat, target } = this.dependencies;
    const { deadLetter: deadLetterTopic } = target.topics;
    for (const { topic, router, group } of await this.#byTopic(current)) {
      const written = { topic, alias: router.alias, deadLetterTopic, maxDeadLetterRatio: null };
      const writer = new BulkWriter(writeEntries({ ...this.dependencies, router, target: written }), heartbeat);
      const indexing = { pipeline: pipelineOf(topic), indexedAt: Date.now() };
      try {
        for (const { deadLetter, document } of group) {
          const full = writer.add(router.route(derivedRecordOf(deadLetter, redrivesOf(document) + 1), indexing));
          if (full !== null) await full;
        }
        await writer.flush();
      } finally {
        await writer.settle();
      }
    }
  }

  /** Returns the dead letters whose id is in the index of their topic, in the same version or a newer one. */
  async #findIndexed(current: readonly CurrentDeadLetter[]): Promise<ReadonlySet<DeadLetter>> {
    const { elasticsearch, signal } = this.dependencies;
    const indexed = new Set<DeadLetter>();
    for (const { router, group } of await this.#byTopic(current)) {
      const { alias, byMonth } = router;
      const ids = group.map(({ deadLetter }) => deadLetter.content.id);
      const documents = await findDocuments({ elasticsearch, alias, byMonth, signal }, ids);
      for (const { deadLetter } of group) {
        const expected = versionOf(deadLetter);
        const found = documents.get(deadLetter.content.id)?.version ?? -1n;
        if (expected !== null && found >= expected) indexed.add(deadLetter);
      }
    }
    return indexed;
  }

  /** Returns the dead letters whose record belongs to a dropped month. */
  async #findExpired(current: readonly CurrentDeadLetter[]): Promise<ReadonlySet<DeadLetter>> {
    const expired = new Set<DeadLetter>();
    for (const { topic, router, group } of await this.#byTopic(current)) {
      for (const { deadLetter } of group) {
        if (deadLetter.source === null) continue;
        const entry = router.route(derivedRecordOf(deadLetter, 1), { pipeline: pipelineOf(topic), indexedAt: 0 });
        if ('expired' in entry) expired.add(deadLetter);
      }
    }
    return expired;
  }

  async #updateDocuments(redriven: readonly RedrivenDeadLetter[], indexed: ReadonlySet<DeadLetter>): Promise<void> {
    const { elasticsearch, signal, pause, target } = this.dependencies;
    const resolvedAt = Date.now();
    const updates = redriven.flatMap(({ deadLetter, document, outcome }): DeadLetterUpdate[] => {
      const isTried = outcome === 'redriven' || outcome === 'rejectedAgain';
      const isResolved =
        outcome === 'resolved' ? document.provenance.resolvedAt === undefined : indexed.has(deadLetter);
      if (!isTried && !isResolved) return [];
      const redrive = isTried ? { redrive: redrivesOf(document) + 1 } : {};
      return [{ deadLetter, document, provenance: { ...redrive, ...(isResolved ? { resolvedAt } : {}) } }];
    });
    await updateDeadLetters({ elasticsearch, alias: target.aliases.deadLetters, signal, pause }, updates);
  }

  /** Groups by the topic of the original record. */
  async #byTopic(current: readonly CurrentDeadLetter[]): Promise<Iterable<TopicGroup>> {
    const groups = new Map<string, TopicGroup>();
    for (const each of current) {
      const { topic } = each.deadLetter.content;
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

function decide({ deadLetter, document }: CurrentDeadLetter, isIndexed: boolean, isExpired: boolean): RedriveOutcome {
  if (isIndexed) return 'resolved';
  if (isExpired) return 'expired';
  if (!isRestorable(deadLetter)) return 'notRedrivable';
  if (isProtected(deadLetter) && !deadLetter.source) return 'notRetained';
  return redrivesOf(document) >= MAX_REDRIVES ? 'exhausted' : 'redriven';
}

/** Returns how often it was redriven, including a redrive whose result has not come back yet. */
function redrivesOf({ provenance }: FoundDocument): number {
  return provenance.redrive ?? 0;
}

function isMadeFrom(document: FoundDocument | undefined, { record }: DeadLetter): boolean {
  if (document === undefined) return false;
  const { provenance } = document;
  return provenance.partition === record.partition && provenance.offset === record.offset;
}

function ofStage<T extends CurrentDeadLetter>(current: readonly T[], stage: 'parse' | 'index'): T[] {
  return current.filter(({ deadLetter }) => deadLetter.content.stage === stage);
}
