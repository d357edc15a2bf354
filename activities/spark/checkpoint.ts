import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';
import { childrenOf } from './run-folder';
import type { SparkState } from './types';

/** One line of an offset log: end offsets by topic and partition. */
const offsetsSchema = z.record(z.string(), z.record(z.string(), z.number()));

/**
 * Reads the last committed batch.
 *
 * A batch is committed when `commits/<n>` exists; `offsets/<n>` then contains its end, one line per source of the query,
 * of which the lowest counts.
 *
 * @throws Error when the checkpoint has an unknown version
 */
export async function readCheckpoint(
  checkpoint: string,
): Promise<Pick<SparkState, 'committed' | 'lastBatch' | 'inputRows'>> {
  const lastBatch = Math.max(...(await batches(join(checkpoint, 'commits'))));
  if (lastBatch === Number.NEGATIVE_INFINITY) return { committed: null, lastBatch: null, inputRows: 0 };
  const [version, , ...sources] = (await readFile(join(checkpoint, 'offsets', String(lastBatch)), 'utf8')).split('\n');
  if (version !== 'v1') {
    throw new Error(`Expected an offset log of version v1 in ${checkpoint}, got ${version ?? 'nothing'}`);
  }
  const ends = [...lowest(sources.filter((line) => line.startsWith('{')).map(partitionOffsets))];
  const begin = await initialEnds(join(checkpoint, 'sources', '0'));
  return {
    committed: toOffsets(ends),
    lastBatch,
    // A partition that was added later is read from its beginning.
    inputRows: ends.reduce((sum, [partition, end]) => sum + end - (begin.get(partition) ?? 0), 0),
  };
}

/** Returns the offsets at which the first batch of a checkpoint started; null before that. */
export async function initialOffsets(checkpoint: string): Promise<PartitionOffsets | null> {
  const folder = join(checkpoint, 'sources', '0');
  if (!(await childrenOf(folder)).includes('0')) return null;
  return toOffsets(await initialEnds(folder));
}

/** Spark writes once per checkpoint at which offsets the first batch started. */
async function initialEnds(folder: string): Promise<ReadonlyMap<string, number>> {
  const initial = await readFile(join(folder, '0'), 'utf8');
  return partitionOffsets(initial.slice(initial.indexOf('{')));
}

function toOffsets(offsets: Iterable<readonly [string, number]>): PartitionOffsets {
  return Object.fromEntries([...offsets].map(([partition, offset]) => [partition, String(offset)]));
}

/** Returns the numbers of the batches in a log; ignores checksums and files that are being written. */
async function batches(log: string): Promise<number[]> {
  return (await childrenOf(log)).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Of the one topic that a query reads. */
function partitionOffsets(line: string): ReadonlyMap<string, number> {
  const [offsets = {}] = Object.values(offsetsSchema.parse(JSON.parse(line)));
  return new Map(Object.entries(offsets));
}

function lowest(ends: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const [first = new Map<string, number>(), ...others] = ends;
  const least = (partition: string, end: number) =>
    Math.min(end, ...others.map((other) => other.get(partition) ?? Number.NEGATIVE_INFINITY));
  return new Map([...first].map(([partition, end]) => [partition, least(partition, end)]));
}
