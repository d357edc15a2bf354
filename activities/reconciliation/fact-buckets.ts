import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BucketFile } from './bucket-file';

const SPLIT_INTO = 16;

interface BucketOptions {
  /** Created when needed; the caller deletes it. */
  readonly folder: string;
  readonly count: number;
  /** What `save` returned to somebody who was killed after it; default: nothing is there yet. */
  readonly saved?: readonly number[];
  /** Maximum of distinct ids in memory; a bucket with more is split. */
  readonly maxIds: number;
}

/** Combines all facts about one id. */
interface FactState<Fact> {
  add(fact: Fact): void;
}

/**
 * Groups facts by id on disk, by hash partitioning, so that memory does not grow with the number of ids.
 *
 * The result depends neither on the order of facts nor on the number of buckets.
 */
export class FactBuckets<Fact extends { readonly id: string }> {
  readonly #buckets: readonly BucketFile[];

  constructor(
    private readonly options: BucketOptions,
    private readonly level = 0,
  ) {
    const { folder, count, saved } = options;
    this.#buckets = Array.from(
      { length: count },
      (_, bucket) => new BucketFile(join(folder, String(bucket)), saved?.[bucket]),
    );
  }

  /** @throws ServiceUnavailable when the disk cannot be written */
  append(fact: Fact): void {
    this.#buckets[bucketOf(fact.id, this.level, this.options.count)]?.append(`${JSON.stringify(fact)}\n`);
  }

  /**
   * Writes all facts to the disk, and returns the sizes of the files.
   *
   * @throws ServiceUnavailable when the disk cannot be written
   */
  save(): readonly number[] {
    return this.#buckets.map((bucket) => bucket.flush());
  }

  /** Yields the combined facts by id, at most `maxIds` ids at a time, each id exactly once. */
  async *states<State extends FactState<Fact>>(create: () => State): AsyncGenerator<ReadonlyMap<string, State>> {
    for (const bucket of this.#buckets.filter((each) => each.flush() > 0)) {
      const states = await this.#combine(bucket, create);
      if (states === null) yield* this.#split(bucket, create);
      else yield states;
    }
  }

  /** Returns null if there are more than `maxIds` ids. */
  async #combine<State extends FactState<Fact>>(bucket: BucketFile, create: () => State) {
    const states = new Map<string, State>();
    for await (const lines of bucket.lines()) {
      for (const line of lines) {
        const fact = JSON.parse(line) as Fact;
        let state = states.get(fact.id);
        if (state === undefined) states.set(fact.id, (state = create()));
        state.add(fact);
      }
      if (states.size > this.options.maxIds) return null;
    }
    return states;
  }

  async *#split<State extends FactState<Fact>>(
    bucket: BucketFile,
    create: () => State,
  ): AsyncGenerator<ReadonlyMap<string, State>> {
    const { maxIds } = this.options;
    const folder = `${bucket.path}-split`;
    const parts = new FactBuckets<Fact>({ folder, count: SPLIT_INTO, maxIds }, this.level + 1);
    for await (const lines of bucket.lines()) {
      for (const line of lines) parts.append(JSON.parse(line) as Fact);
    }
    yield* parts.states(create);
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * FNV-1a with a different start at each level, and the finalizer of MurmurHash3: every bit must depend on the level,
 * otherwise a split would not distribute the ids.
 */
function bucketOf(id: string, level: number, count: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(level, 0x9e3779b9);
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
