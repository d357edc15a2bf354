import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..');
const ROOMS = ['workflows', 'activities', 'workers', 'deploy', 'kibana', 'test', '.github'];
const TEXT = /\.(ts|js|mjs|cjs|py|java|json|ndjson|md|ya?ml|conf|properties|sh|html)$|Dockerfile$/;
/** Histories are saved by the code, and this suite names what it looks for. */
const NOT_SEARCHED = /[\\/]histories[\\/]|identifiers\.unit\.test\.ts$/;

/** Names that were replaced before the first release, as whole words. */
const REPLACED = [
  // types and classes
  ...[
    'Telling',
    'Standing',
    'PipelineStanding',
    'OperatorDesk',
    'Deaths',
    'RecordMark',
    'Fate',
    'IdleWatch',
    'Parking',
  ],
  ...['Passage', 'CalendarDocument'],
  // functions and constants
  ...['breathe', 'untilOrAfter', 'tellingPauseMs', 'tellSometimes', 'tellNow', 'noteDeath', 'recordMark', 'fateOf'],
  ...['PASSAGE_FIELD', 'readCalendar', 'planCalendar', 'NO_DEATHS', 'passageOf'],
  // stored fields
  ...['passage', 'fate', 'refusedAgain'],
];

/** Index names and headers that were replaced. */
const PATTERNS = [
  /\$\{(name|prefix|PIPELINE_NAME)\}-(readings|windows|dead-letters|runs)\b/,
  /'\*-(readings|windows|dead-letters|runs)'/,
  /_HEADER = '(run|raw|version|redrive)'/,
  /\[headers\]\[(run|raw|version|redrive)\]/,
  /\bpatched\(/,
];

function textsOf(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !NOT_SEARCHED.test(path))
    .map((path) => ({ path: path.slice(PROJECT.length + 1), text: readFileSync(path, 'utf8') }));
}

describe('the names of the project', () => {
  const texts = [
    ...ROOMS.flatMap(textsOf),
    { path: 'README.md', text: readFileSync(join(PROJECT, 'README.md'), 'utf8') },
  ];

  it('hold no identifier that was replaced', () => {
    const word = new RegExp(`\\b(${REPLACED.join('|')})\\b`);
    const found = texts.flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, number) => {
        const match = [word, ...PATTERNS].map((pattern) => pattern.exec(line)?.[0]).find((hit) => hit !== undefined);
        return match === undefined ? [] : [`${path}:${number + 1}: ${match}`];
      }),
    );
    expect(found).toEqual([]);
  });
});
