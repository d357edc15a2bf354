import { join } from 'node:path';
import { BucketFile } from './bucket-file';

const SPLIT_INTO = 16;

export interface BucketOptions {
  /** Made when needed; the caller removes it. */
  readonly folder: string;
  readonly count: number;
  /** Distinct ids that memory may hold; a bucket with more is split until its parts hold fewer. */
  readonly maxIds: number;
}

/** Takes up all facts about one id. */
export interface FactAccount<Fact> {
  enter(fact: Fact): void;
}

/**
 * Facts about ids, gathered on disk by a hash of the id, so that all that is known of one id comes together again in
 * memory that does not grow with the number of ids.
 *
 * Neither the order of facts nor the number of buckets makes a difference to what comes out.
 */
export class FactBuckets<Fact extends { readonly id: string }> {
  readonly #buckets: readonly BucketFile[];

  constructor(
    private readonly options: BucketOptions,
    private readonly level = 0,
  ) {
    const { folder, count } = options;
    this.#buckets = Array.from({ length: count }, (_, bucket) => new BucketFile(join(folder, String(bucket))));
  }

  /** @throws ServiceUnavailable when the disk takes no more */
  append(fact: Fact): void {
    this.#buckets[bucketOf(fact.id, this.level, this.options.count)]?.append(`${JSON.stringify(fact)}\n`);
  }

  /**
   * Brings all facts of each id together: yields accounts by id, as many ids at a time as memory may hold.
   * Every id comes exactly once; what was read is removed.
   */
  async *accounts<Account extends FactAccount<Fact>>(
    open: () => Account,
  ): AsyncGenerator<ReadonlyMap<string, Account>> {
    for (const bucket of this.#buckets.filter((each) => each.finish())) {
      const accounts = await this.#gather(bucket, open);
      if (accounts === null) yield* (await this.#split(bucket)).accounts(open);
      else yield accounts;
      await bucket.remove();
    }
  }

  /** Null when there are more ids than memory may hold. */
  async #gather<Account extends FactAccount<Fact>>(
    bucket: BucketFile,
    open: () => Account,
  ): Promise<Map<string, Account> | null> {
    const accounts = new Map<string, Account>();
    for await (const lines of bucket.lines()) {
      for (const line of lines) {
        const fact = JSON.parse(line) as Fact;
        let account = accounts.get(fact.id);
        if (account === undefined) accounts.set(fact.id, (account = open()));
        account.enter(fact);
      }
      if (accounts.size > this.options.maxIds) return null;
    }
    return accounts;
  }

  async #split(bucket: BucketFile): Promise<FactBuckets<Fact>> {
    const { maxIds } = this.options;
    const parts = new FactBuckets<Fact>({ folder: `${bucket.path}-split`, count: SPLIT_INTO, maxIds }, this.level + 1);
    for await (const lines of bucket.lines()) {
      for (const line of lines) parts.append(JSON.parse(line) as Fact);
    }
    await bucket.remove();
    return parts;
  }
}

/**
 * FNV-1a over the characters, begun differently at each level, and the last step of MurmurHash3: every bit of it has to
 * change with the level, or a split would spread nothing.
 */
function bucketOf(id: string, level: number, count: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(level, 0x9e3779b9);
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
