import { basename, resolve } from 'node:path';
import { pipelineFailure } from '../contracts/failures';
import { fileDialect, type DialectOptions } from '../contracts/file-dialect';
import type { Question } from '../contracts/inspection';
import { parseObject, type JsonObject } from '../contracts/json-object';
import { csvHeader, HEADER_ROWS, LONE_RETURN, RETURNS } from '../sources/file/csv-header';
import { readCsvRows } from '../sources/file/csv-rows';
import { openFile } from '../sources/file/file-identity';
import { openText, textBytes } from '../sources/file/file-text';
import { lineAt } from '../sources/file/last-line';
import { readNdjsonLines } from '../sources/file/row-text';
import { fileHead, type FileHead } from './file-head';
import { firstRows } from './first-rows';
import { sectionAt } from './given-settings';
import { jsonColumns, pathPlace } from './json-leaves';
import { likelyDialect } from './likely-dialect';
import type { Sample } from './sample';
import type { SampleColumn } from './sample-column';

const DIALECT = ['encoding', 'delimiter', 'quote', 'skipLines', 'comment', 'header', 'rowNames'] as const;

const ONE_CELL =
  'Rows have one cell: if a sign stands between cells, set source.delimiter; if quotes enclose whole rows, remove them.';

/** How the file is read as rows. */
interface FileShape {
  readonly path: string;
  readonly format: 'csv' | 'ndjson';
  readonly options: DialectOptions;
}

/** Rows of a sample as columns. */
type SampledRows = Pick<Sample, 'columns' | 'sampled' | 'notes'>;

/**
 * Reads the first rows of a file as the file source reads them, and tells how.
 *
 * @throws SourceMissing when there is no such file, or it cannot be read
 * @throws SourceMalformed when it is empty, or has a format that cannot be read
 */
export async function fileSample(path: string, given: JsonObject): Promise<Sample> {
  const source = sectionAt(given, 'source');
  const known = Object.fromEntries(DIALECT.flatMap((name) => (name in source ? [[name, source[name]]] : [])));
  const head = await fileHead(path, known);
  const format = source['format'] === 'csv' || source['format'] === 'ndjson' ? source['format'] : formatOf(head, path);
  const encoding = head.encoding.setting === null ? {} : { encoding: head.encoding.setting };
  const found = format === 'csv' ? await likelyDialect(head.text, path, known) : known;
  const shape: FileShape = { path, format, options: { ...encoding, ...found } };
  const rows = format === 'csv' ? await csvSample(shape) : await ndjsonSample(shape);
  return {
    source: { kind: 'file', path, format, ...shape.options },
    constant:
      basename(path)
        .replace(/\.[^/]*$/, '')
        .slice(0, 100) || 'device',
    facts: [...factsOf(head, shape), ...(await lastLineFacts(shape))],
    questions: questionsOf(head, shape, known),
    ...rows,
  };
}

/** @throws SourceMalformed when it is empty, or JSON in another form than an object on each line */
function formatOf({ text }: FileHead, path: string): 'csv' | 'ndjson' {
  const start = text.toString('utf8').trimStart();
  const refused = (found: string): Error => {
    const message = `source.path: ${resolve(path)} cannot be read. ${found}`;
    return pipelineFailure('SourceMalformed', message, { path });
  };
  if (start === '')
    throw refused('The file is empty: expected CSV with a header line, or a JSON object on every line.');
  if (LONE_RETURN.test(start) && !start.includes('\n')) throw refused(RETURNS);
  if (start.startsWith('{')) {
    const [first = ''] = start.split('\n', 1);
    if (parseObject(first) !== undefined || /^\{\s*"[^]*\}\s*\r?$/.test(first)) return 'ndjson';
    throw refused('Expected a JSON object on every line; one object has several lines. Convert it: jq -c . FILE');
  }
  const isArray = /^\[\s*(?:[{[\]]|$)/.test(start);
  if (isArray)
    throw refused("Expected a JSON object on every line; the file is a JSON array. Convert it: jq -c '.[]' FILE");
  return 'csv';
}

async function csvSample({ path, options }: FileShape): Promise<SampledRows> {
  const dialect = fileDialect(options);
  const file = await openFile(path);
  try {
    const text = await openText({ file, path, ...dialect }, 0);
    const { rows, problem } = await firstRows(readCsvRows({ path, text, dialect }), ({ bytes }) => bytes);
    const header = csvHeader(rows.slice(0, HEADER_ROWS), dialect);
    const names = header?.columns ?? [];
    const data = dialect.header === null ? rows.slice(1) : rows;
    const first = dialect.rowNames ? 1 : 0;
    // Files that are put together have their header again.
    const isHeader = (cells: readonly string[]): boolean => cells.every((cell, at) => cell === names[at]);
    const whole = data.filter(({ cells, bytes }) => {
      return cells.length === names.length + first && !bytes.includes(0) && !isHeader(cells);
    });
    const columns = names.map((name, at): SampleColumn => {
      return { place: name, name, word: name, cells: whole.map(({ cells }) => cells[at + first]) };
    });
    const problems = header?.problems ?? [];
    const single = names.length === 1 && problems.length === 0 && data.length > 0 ? [ONE_CELL] : [];
    return { columns, sampled: data.length, notes: [...problems, ...single, ...problem] };
  } finally {
    await file.close();
  }
}

async function ndjsonSample({ path, options }: FileShape): Promise<SampledRows> {
  const file = await openFile(path);
  try {
    const text = await openText({ file, path, ...fileDialect(options) }, 0);
    const { rows, problem } = await firstRows(readNdjsonLines(text, path), ({ bytes }) => bytes);
    const records = rows.map(({ bytes }) => parseObject(bytes));
    return { columns: jsonColumns(records, pathPlace), sampled: rows.length, notes: problem };
  } finally {
    await file.close();
  }
}

/** The last line of a file that is still being written may be a part of one. */
async function lastLineFacts({ path, options }: FileShape): Promise<string[]> {
  const file = await openFile(path);
  try {
    const { mayGrow, encoding } = await textBytes({ file, path, ...fileDialect(options) });
    const { size } = await file.stat();
    const { isEnd } = await lineAt(file, encoding, size);
    return isEnd || !mayGrow ? [] : ['last line: without a line end, read as a row'];
  } finally {
    await file.close();
  }
}

function factsOf({ compression, encoding }: FileHead, { format, options }: FileShape): string[] {
  const { delimiter, quote, skipLines, comment, header, rowNames } = fileDialect(options);
  const csv = [
    `delimiter: ${JSON.stringify(delimiter)}`,
    `quote: ${quote === null ? 'none' : JSON.stringify(quote)}`,
    ...(comment === null ? [] : [`comments begin with: ${JSON.stringify(comment)}`]),
    header === null ? `header: line ${skipLines + 1}` : `header: none; rows from line ${skipLines + 1}`,
    ...(rowNames ? ['row names: one cell before the columns'] : []),
  ];
  return [
    `compression: ${compression ?? 'none'}`,
    `encoding: ${options.encoding ?? encoding.found}`,
    `format: ${format}`,
    ...(format === 'csv' ? csv : []),
  ];
}

function questionsOf({ encoding }: FileHead, { options }: FileShape, known: DialectOptions): Question[] {
  const questions: Question[] = [];
  const ask = (option: keyof DialectOptions, asks: string, values: readonly unknown[]): void => {
    const answers = values.map((value) => ({ source: { [option]: value } }));
    if (known[option] === undefined) questions.push({ setting: `source.${option}`, asks, answers });
  };
  if (encoding.isGuess) {
    ask('encoding', 'Which encoding is it? It is not UTF-8.', ['windows-1252', 'iso-8859-1']);
  }
  if (options.header !== undefined && known.header === undefined) {
    ask('header', 'What are the columns called? These names are made up or were found above the rows.', [
      options.header,
    ]);
  }
  if (options.quote === null) {
    ask('quote', 'A quotation mark is never closed. Are they plain characters? If not, close it.', [null, '"']);
  }
  return questions;
}
