import { FAILURES } from '../../../activities/contracts/failures';
import { documentText } from '../../support/documents';

const DOCUMENT = 'workflows/README.md';
const HEADINGS = ['failure', 'meaning', 'the pipeline', 'what you can do'] as const;

/** The failure table as Prettier formats it. */
function failureTable(): string {
  const rows = Object.entries(FAILURES).map(([type, failure]) => [
    `\`${type}\``,
    failure.meaning,
    failure.reaction,
    failure.remedy,
  ]);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

describe('the failure table', () => {
  it(`is the one in ${DOCUMENT}; on a difference this prints the text to paste between the markers`, () => {
    const table = failureTable();
    const [, written = ''] = /<!-- failures -->([^]*)<!-- \/failures -->/.exec(documentText(DOCUMENT)) ?? [];
    if (written.trim() === table) return;
    throw new Error(`expected between <!-- failures --> and <!-- /failures --> of ${DOCUMENT}:\n\n${table}\n`);
  });
});
