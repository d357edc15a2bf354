import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import { childrenOf } from './run-folder';
import type { SparkState } from './types';

/** One line of an offset log: end offsets by topic and partition. */
const offsetsSchema = z.record(z.string(), z.record(z.string(), z.number()));

type Committed = Pick<SparkState, 'committed' | 'lastBatch' | 'inputRows'>;

const NOTHING: Committed = { committed: null, lastBatch: null, inputRows: 0 };

/**
 * Reads what all queries of a job have committed; nothing as long as one of them has committed no batch.
 *
 * @param queries - checkpoint of each query
 * @returns `lastBatch` is the sum over the queries, which grows with each commit
 * @throws Error when a checkpoint has an unknown version
 */
export async function readCheckpoints(queries: readonly string[]): Promise<Committed> {
  const each = await Promise.all(queries.map(readCheckpoint));
  const committed = each.flatMap((query) => (query.committed === null ? [] : [query.committed]));
  const lastBatches = each.flatMap(({ lastBatch }) => (lastBatch === null ? [] : [lastBatch]));
  return {
    committed: committed.length < each.length ? null : lowest(committed),
    lastBatch: lastBatches.length === 0 ? null : lastBatches.reduce((sum, batch) => sum + batch, 0),
    inputRows: Math.min(...each.map(({ inputRows }) => inputRows)),
  };
}

/**
 * Reads the last committed batch.
 *
 * A batch is committed when `commits/<n>` exists; `offsets/<n>` then contains its end, one line per source of the query,
 * of which the lowest counts.
 */
async function readCheckpoint(checkpoint: string): Promise<Committed> {
  const lastBatch = Math.max(...(await batches(join(checkpoint, 'commits'))));
  if (lastBatch === Number.NEGATIVE_INFINITY) return NOTHING;
  const [version, , ...sources] = (await readFile(join(checkpoint, 'offsets', String(lastBatch)), 'utf8')).split('\n');
  if (version !== 'v1') {
    throw new Error(`Expected an offset log of version v1 in ${checkpoint}, got ${version ?? 'nothing'}`);
  }
  const committed = lowest(sources.filter((line) => line.startsWith('{')).map(partitionOffsets));
  const begin = await initialEnds(join(checkpoint, 'sources', '0'));
  return {
    committed,
    lastBatch,
    // A partition that was added later is read from its beginning.
    inputRows: Object.entries(committed).reduce(
      (sum, [partition, end]) => sum + Number(BigInt(end) - BigInt(begin[partition] ?? 0)),
      0,
    ),
  };
}

/** Returns the lowest offsets at which the first batch of a query started; null before that. */
export async function initialOffsets(queries: readonly string[]): Promise<PartitionOffsets | null> {
  const folders = queries.map((checkpoint) => join(checkpoint, 'sources', '0'));
  const haveStarted = await Promise.all(folders.map(async (folder) => (await childrenOf(folder)).includes('0')));
  const started = folders.filter((_, i) => haveStarted[i]);
  return started.length === 0 ? null : lowest(await Promise.all(started.map(initialEnds)));
}

/** Spark writes once per checkpoint at which offsets the first batch started. */
async function initialEnds(folder: string): Promise<PartitionOffsets> {
  const initial = await readFile(join(folder, '0'), 'utf8');
  return partitionOffsets(initial.slice(initial.indexOf('{')));
}

/** Returns the numbers of the batches in a log; ignores checksums and files that are being written. */
async function batches(log: string): Promise<number[]> {
  return (await childrenOf(log)).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Of the one topic that a query reads. */
function partitionOffsets(line: string): PartitionOffsets {
  const [offsets = {}] = Object.values(offsetsSchema.parse(JSON.parse(line)));
  return Object.fromEntries(Object.entries(offsets).map(([partition, offset]) => [partition, String(offset)]));
}

/** Of the partitions that all have. */
function lowest(all: readonly PartitionOffsets[]): PartitionOffsets {
  const [first = {}] = all;
  const ends = Object.keys(first).map((partition) => [partition, all.map((offsets) => offsets[partition])] as const);
  const shared = ends.filter((end): end is readonly [string, string[]] => !end[1].includes(undefined));
  return Object.fromEntries(
    shared.map(([partition, offsets]) => [partition, offsets.reduce((a, b) => (BigInt(b) < BigInt(a) ? b : a))]),
  );
}
