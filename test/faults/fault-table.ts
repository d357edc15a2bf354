import { alignedColumns } from '../support/aligned-columns';
import { isClean, type FaultResult } from './fault-result';

const HEADINGS = ['what was broken', 'lost', 'twice', 'altered', 'wrong counters', 'proof', 'sent again', 'seconds'];

/** Formats the results as text with aligned columns and a verdict in the last line. */
export function faultTable(results: readonly FaultResult[], seed: number, planned: number): string {
  const lines = alignedColumns([HEADINGS, ...results.map(cells)]);
  const unclean = results.filter((result) => !isClean(result)).length;
  const verdict = unclean === 0 && results.length === planned ? 'all zero' : `${unclean} NOT CLEAN`;
  return [...lines, '', `seed ${seed}, ${results.length} of ${planned} cases, ${verdict}`].join('\n');
}

function cells({ name, judgement, wrongCounters, reconciled, sentAgain, seconds, hit }: FaultResult): string[] {
  const { lost, twice, altered } = judgement;
  const proof = reconciled ? 'reconciled' : 'RED';
  return [
    hit ? name : `${name} (DID NOT HIT)`,
    ...[lost.length, twice.length, altered.length, wrongCounters].map(String),
    proof,
    String(sentAgain),
    seconds.toFixed(1),
  ];
}
