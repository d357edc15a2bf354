import type { Choice } from './choice';

/** How the cells of a file are divided and encoded; the settings may say something else. */
export interface Dialect {
  readonly format: 'csv' | 'ndjson';
  readonly delimiter: string;
  readonly encoding: 'utf-8' | 'utf-16' | 'iso-8859-1' | 'windows-1252';
  readonly titles: number;
}

export function oddDialect(choice: Choice): Dialect {
  return {
    format: choice.of(['csv', 'csv', 'csv', 'ndjson']),
    delimiter: choice.of([',', ',', ';', '\t', '|']),
    encoding: choice.of(['utf-8', 'utf-8', 'utf-16', 'iso-8859-1', 'windows-1252']),
    titles: choice.of([0, 0, 0, 1, 3]),
  };
}

/** The settings that read a file of this dialect. */
export function fittingSettings({ format, delimiter, encoding, titles }: Dialect): object {
  if (format === 'ndjson') return { format, encoding };
  return { format, encoding, delimiter, ...(titles > 0 ? { skipLines: titles } : {}) };
}

/** Settings of a file: mostly those of its dialect, sometimes others, some of which contradict each other. */
export function fileSettings(choice: Choice, dialect: Dialect): object {
  return {
    ...(choice.happens(0.75) ? fittingSettings(dialect) : { format: dialect.format }),
    ...sometimes(choice, 0.06, 'delimiter', [',', ';', '"', 'ab']),
    ...sometimes(choice, 0.06, 'encoding', ['utf-8', 'utf-16', 'klingon']),
    ...sometimes(choice, 0.08, 'quote', ["'", null, ';', '']),
    ...sometimes(choice, 0.06, 'skipLines', [0, 2, -1, 1_000]),
    ...sometimes(choice, 0.06, 'comment', ['#', ',', '"']),
    ...sometimes(choice, 0.06, 'header', [['deviceId', 'timestamp', 'temperature'], [], ['a', 'a']]),
    ...sometimes(choice, 0.06, 'rowNames', [true, 'yes']),
    ...sometimes(choice, 0.1, 'identity', ['row', 'content', 'bytes']),
  };
}

/** The part of a source's settings that says how its records are read. */
export function readingSettings(choice: Choice): object {
  const fields = {
    ...sometimes(choice, 0.2, 'deviceId', [
      'deviceId',
      { constant: 's' },
      { path: 'text' },
      { key: true },
      { header: 'h' },
    ]),
    ...sometimes(choice, 0.4, 'timestamp', [
      { column: 'timestamp', format: choice.of(['s', 'ms', 'rfc1123', 'dd.MM.yyyy HH:mm', 'YYYY-MM-dd']) },
      { column: 'timestamp', zone: choice.of(['Europe/Berlin', 'Nowhere/Land', '+02:00']) },
      { join: ['timestamp', { constant: 'Z' }], separator: '' },
      { column: 'timestamp', path: 'timestamp' },
    ]),
    ...sometimes(choice, 0.3, 'temperature', [
      { column: 'temperature', unit: choice.of(['°F', 'K', 'parsec']) },
      { column: 'temperature', decimal: choice.of([',', '.', ';']) },
      { path: ['extra', 'a.b', '0'] },
      { names: ['temp*'] },
    ]),
    ...sometimes(choice, 0.2, 'eventId', [
      'text',
      { join: ['deviceId', 'timestamp'] },
      { path: 'extra.id' },
      { key: 'id' },
    ]),
    ...sometimes(choice, 0.04, 'pressure', ['p']),
  };
  return {
    ...(Object.keys(fields).length === 0 ? {} : { fields }),
    ...sometimes(choice, 0.08, 'long', [{ name: 'text', value: 'temperature' }, { name: 'text' }]),
    ...sometimes(choice, 0.15, 'numbers', [{ decimal: ',' }, { absent: [-999, 'off'] }, { absent: 'off' }]),
  };
}

/** Settings beside the source. */
export function otherSettings(choice: Choice): object {
  return {
    ...sometimes(choice, 0.15, 'extraFields', ['dead-letter', 'label', 'drop']),
    ...sometimes(choice, 0.12, 'window', ['1 hour', '1 day', '0 seconds', '99999999999999 days', 'soon']),
    ...sometimes(choice, 0.06, 'index', [{ by: 'month' }, { by: 'month', from: '2026-05', to: '2026-01' }]),
    ...sometimes(choice, 0.06, 'maxDeadLetterRatio', [0, 1, 2]),
    ...sometimes(choice, 0.04, 'sauce', [1]),
  };
}

function sometimes(
  choice: Choice,
  share: number,
  name: string,
  values: readonly [unknown, ...unknown[]],
): Readonly<Record<string, unknown>> {
  return choice.happens(share) ? { [name]: choice.of(values) } : {};
}
