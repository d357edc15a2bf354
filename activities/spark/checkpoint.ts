import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PartitionOffsets } from '../contracts/offsets';

/** How far a query has come, as its checkpoint says. */
export interface Committed {
  readonly batch: number;
  readonly offsets: PartitionOffsets;
  /** Raw offsets passed since the checkpoint began. */
  readonly passed: number;
}

const offsetsSchema = z.record(z.string(), z.record(z.string(), z.number()));

/**
 * Reads how far everything is committed; null before the first commit.
 *
 * A batch is committed when `commits/<n>` is there; `offsets/<n>` then holds its end, one line per source of the query,
 * and the lowest of those lines counts.
 *
 * @throws Error when the checkpoint is of a version this reader does not know
 */
export async function readCommitted(checkpoint: string): Promise<Committed | null> {
  const batch = Math.max(...(await batches(join(checkpoint, 'commits'))));
  if (batch === Number.NEGATIVE_INFINITY) return null;
  const [version, , ...sources] = (await readFile(join(checkpoint, 'offsets', String(batch)), 'utf8')).split('\n');
  if (version !== 'v1') {
    throw new Error(`Expected an offset log of version v1 in ${checkpoint}, got ${version ?? 'nothing'}`);
  }
  const ends = sources.filter((line) => line.startsWith('{')).map(partitionOffsets);
  const offsets = lowest(ends);
  const begin = await initialOffsets(checkpoint);
  const passed = [...offsets].reduce((sum, [partition, end]) => sum + end - (begin.get(partition) ?? end), 0);
  return { batch, offsets: Object.fromEntries([...offsets].map(([p, end]) => [p, String(end)])), passed };
}

/** Numbers of the batches in a log; leaves out checksums and files that are being written. */
async function batches(log: string): Promise<number[]> {
  const names = await readdir(log).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Offsets of the first batch's beginning, which Spark notes once per checkpoint. */
async function initialOffsets(checkpoint: string): Promise<ReadonlyMap<string, number>> {
  const text = await readFile(join(checkpoint, 'sources', '0', '0'), 'utf8');
  return partitionOffsets(text.slice(text.indexOf('{')));
}

/** Of the one topic a query reads. */
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
