import { isClean, type FaultResult } from './fault-run';

const HEADINGS = ['what was broken', 'lost', 'twice', 'altered', 'wrong counters', 'proof', 'sent again', 'seconds'];

/** The table as text of fixed columns, ended by a verdict. */
export function faultTable(results: readonly FaultResult[], seed: number, wanted: number): string {
  const rows = [HEADINGS, ...results.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const unclean = results.filter((result) => !isClean(result)).length;
  const verdict = unclean === 0 && results.length === wanted ? 'all zero' : `${unclean} NOT CLEAN`;
  return [...lines, '', `seed ${seed}, ${results.length} of ${wanted} cases, ${verdict}`].join('\n');
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
