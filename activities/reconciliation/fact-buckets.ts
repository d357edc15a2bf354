import { createReadStream } from 'node:fs';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipelineFailure } from '../failures';

/** Characters held back over all buckets before they are written out. */
const MAX_BUFFERED_CHARACTERS = 4_000_000;
const READ_BYTES = 256 * 1024;
const SPLIT_INTO = 16;

export interface BucketOptions {
  /** Made when needed; the caller removes it. */
  readonly folder: string;
  readonly count: number;
  /** Distinct ids that memory may hold; a bucket with more is split until its parts hold fewer. */
  readonly maxIds: number;
}

/**
 * Facts about ids, gathered on disk by a hash of the id, so that all that is known of one id comes together again in
 * memory that does not grow with the number of ids.
 *
 * Neither the order of facts nor the number of buckets makes a difference to what comes out.
 */
export class FactBuckets<Fact extends { readonly id: string }> {
  readonly #options: BucketOptions;
  readonly #level: number;
  #buffers: string[];
  readonly #used = new Set<number>();
  #buffered = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: BucketOptions, level = 0) {
    this.#options = options;
    this.#level = level;
    this.#buffers = emptyBuffers(options.count);
  }

  /** Takes a fact into memory; call `settle` between batches. */
  append(fact: Fact): void {
    const line = `${JSON.stringify(fact)}\n`;
    const bucket = bucketOf(fact.id, this.#level, this.#options.count);
    this.#buffers[bucket] = (this.#buffers[bucket] ?? '') + line;
    this.#buffered += line.length;
  }

  /** Writes buffers out where they have grown large; waiting for it is what bounds memory. */
  async settle(): Promise<void> {
    if (this.#buffered >= MAX_BUFFERED_CHARACTERS) await this.#writeOut();
  }

  /**
   * Brings all facts of each id together: yields accounts by id, as many ids at a time as memory may hold.
   * Every id comes exactly once; the buckets are empty afterwards.
   */
  async *accounts<Account>(
    open: () => Account,
    enter: (account: Account, fact: Fact) => void,
  ): AsyncGenerator<ReadonlyMap<string, Account>> {
    await this.#writeOut();
    for (const bucket of this.#used) {
      const path = this.#path(bucket);
      const accounts = await this.#gather(path, open, enter);
      if (accounts === null) yield* (await this.#split(path)).accounts(open, enter);
      else yield accounts;
      await rm(path, { force: true });
    }
    this.#used.clear();
  }

  /** Null when there are more ids than memory may hold. */
  async #gather<Account>(
    path: string,
    open: () => Account,
    enter: (account: Account, fact: Fact) => void,
  ): Promise<Map<string, Account> | null> {
    const accounts = new Map<string, Account>();
    for await (const facts of readFacts<Fact>(path)) {
      for (const fact of facts) {
        let account = accounts.get(fact.id);
        if (account === undefined) accounts.set(fact.id, (account = open()));
        enter(account, fact);
      }
      if (accounts.size > this.#options.maxIds) return null;
    }
    return accounts;
  }

  async #split(path: string): Promise<FactBuckets<Fact>> {
    const { maxIds } = this.#options;
    const parts = new FactBuckets<Fact>({ folder: `${path}-split`, count: SPLIT_INTO, maxIds }, this.#level + 1);
    for await (const facts of readFacts<Fact>(path)) {
      for (const fact of facts) parts.append(fact);
      await parts.settle();
    }
    await rm(path);
    return parts;
  }

  /** One write-out at a time: two that append to one file could tear each other's lines. */
  #writeOut(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const buffers = this.#buffers;
      this.#buffers = emptyBuffers(this.#options.count);
      this.#buffered = 0;
      for (const [bucket, text] of buffers.entries()) {
        if (text !== '') await this.#appendTo(bucket, text);
      }
    });
    return this.#writing;
  }

  async #appendTo(bucket: number, text: string): Promise<void> {
    try {
      if (this.#used.size === 0) await mkdir(this.#options.folder, { recursive: true });
      this.#used.add(bucket);
      await appendFile(this.#path(bucket), text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw pipelineFailure('ServiceUnavailable', `The scratch folder cannot be written (${reason}).`, error);
    }
  }

  #path(bucket: number): string {
    return join(this.#options.folder, String(bucket));
  }
}

function emptyBuffers(count: number): string[] {
  return Array.from({ length: count }, () => '');
}

async function* readFacts<Fact>(path: string): AsyncGenerator<readonly Fact[]> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: READ_BYTES })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map((line) => JSON.parse(line) as Fact);
  }
}

/** FNV-1a over the characters, begun differently at each level so that a split spreads what the level above did not. */
function bucketOf(id: string, level: number, count: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(level, 0x9e3779b9);
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  // The low bits of FNV are weak; mix the high ones in.
  hash ^= hash >>> 15;
  return ((Math.imul(hash, 0x2c1b3c6d) >>> 8) & 0xffffff) % count;
}
