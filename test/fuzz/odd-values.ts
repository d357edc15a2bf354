import type { Choice } from './choice';

const HUGE = 70_000;

/** Texts of cells and of JSON fields by column; most can be read. */
export function oddText(choice: Choice, column: string): string {
  return choice.happens(0.85) ? goodText(choice, column) : choice.of(ODD);
}

function goodText(choice: Choice, column: string): string {
  if (column === 'timestamp')
    return `2026-01-0${choice.of([1, 2, 3])}T0${choice.of([1, 2, 3])}:00:0${choice.of([1, 5])}Z`;
  if (column === 'deviceId') return `sensor-${choice.of([1, 2, 3])}`;
  if (column === 'temperature' || column === 'humidity') return String(choice.of([20, 20.5, 0, 41.25]));
  return choice.of(['ok', 'valve open', 'Zürich', '']);
}

const ODD: readonly [string, ...string[]] = [
  ...(['', ' ', 'NaN', '-999', 'NA', '20,5', '1e999', '1 000', '0x10', 'true', 'null', '∞'] as const),
  ...[
    '1767600000',
    '1767600000000',
    '1767600000000000',
    '05.01.2026 12:00',
    '2026-03-29T02:30:00',
    '2026-13-01T00:00Z',
  ],
  ...[
    'a"b',
    '"',
    '""',
    '"open',
    "it's",
    '#',
    'a\nb',
    'a\r\nb',
    '\0',
    'a\0b',
    '\ud83d\ude00',
    '\ufeffx',
    '\\',
    '{"a":1}',
  ],
  ...['x'.repeat(HUGE), 'é'.repeat(201), '='.repeat(513), '<script>', '%{[a]}', '../..', '\u2028', '\t'],
];

/** Values of JSON fields that are no text. */
export const ODD_VALUES: readonly [unknown, ...unknown[]] = [
  ...([null, true, 0, -0, 1.5, 2 ** 53, 1e300, -999, 1_767_600_000, [], {}, [1, [2]], { a: { b: 1 } }] as const),
  { id: 'x', 'a.b': [20] },
];
