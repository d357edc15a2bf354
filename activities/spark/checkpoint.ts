import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
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
  // Spark writes once per checkpoint at which offsets the first batch started.
  const initial = await readFile(join(checkpoint, 'sources', '0', '0'), 'utf8');
  const begin = partitionOffsets(initial.slice(initial.indexOf('{')));
  return {
    committed: Object.fromEntries(ends.map(([partition, end]) => [partition, String(end)])),
    lastBatch,
    inputRows: ends.reduce((sum, [partition, end]) => sum + end - (begin.get(partition) ?? end), 0),
  };
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
