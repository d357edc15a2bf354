import type {
  DeadSample,
  PlaceAccount,
  Question,
  SampleOutcome,
  SourceAccount,
} from '../activities/contracts/inspection';
import { jsonArgument } from './json-argument';

const MAX_COLUMN_WIDTH = 40;
const MAX_SAMPLE_LENGTH = 24;
/** In the short form. */
const MAX_REASONS = 3;
const MAX_NAME_LENGTH = 40;

/** Formats what a source looks like, and the input that reads it, for people; it has values of the source. */
export function inspectionText(account: SourceAccount): string {
  const { facts, places, questions, notes, shape, sampled } = account;
  return [
    `${nameOf(account)}: ${shape}, ${rows(account, sampled)} looked at`,
    ...facts.map((fact) => `  ${fact}`),
    '',
    ...table([['name', 'values', 'becomes', 'for example'], ...places.map(placeRow)]),
    ...(questions.length === 0 ? [] : ['', 'Questions; the proposal has the first answer of each:']),
    ...questions.flatMap(questionLines),
    ...(questions.length === 0
      ? []
      : ['Answer with --input JSON or --input-file FILE; parts of an input are enough, and other values are fine.']),
    '',
    ...outcomeLines(account, Number.POSITIVE_INFINITY),
    ...notes.map((note) => `note: ${note}`),
    ...(isReadable(account) ? ['', 'Run it with this input:', `  ${startCommand(account)}`] : []),
  ].join('\n');
}

/** A pipeline of its own for each source, since the readings of one pipeline are one set. */
function startCommand({ source, input }: SourceAccount): string {
  const [word = ''] = source.kind === 'file' ? source.path.split('/').slice(-1) : [source.topic];
  const name = word
    .toLowerCase()
    .replace(source.kind === 'file' ? /\..*$/ : '', '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return `npm start -- --name ${name === '' ? 'mine' : name} --input ${jsonArgument(input)}`;
}

/** Formats what was recognised and what becomes of the sample, in a few lines. */
export function inspectionSummary(account: SourceAccount): string {
  const { facts, notes, outcome } = account;
  const isRead = outcome !== null && outcome.dead.length === 0 && outcome.failure === null;
  return [
    `${nameOf(account)}: ${facts.join(', ')}`,
    ...outcomeLines(account, MAX_REASONS),
    ...notes.map((note) => `note: ${note}`),
    ...(isRead ? [] : ['`npm run inspect` shows more, and proposes an input that reads the file.']),
  ].join('\n');
}

/** Whether the proposed input reads something, and no run fails of it; a source without rows has nothing to read. */
export function isReadable({ outcome, sampled }: SourceAccount): boolean {
  return outcome !== null && outcome.failure === null && (sampled === 0 || outcome.read > 0);
}

/** Says in one message why nothing can be read, and which setting may read it. */
export function unreadableText(account: SourceAccount): string {
  const { dead: [first] = [], failure = null } = account.outcome ?? {};
  if (failure !== null) return `A run of ${nameOf(account)} fails with this input. ${failure}`;
  const reason =
    first === undefined ? account.notes.join(' ') : `${first.reason} at ${first.position}: ${first.detail}`;
  return `Nothing of ${nameOf(account)} can be read with this input. ${reason}`;
}

function nameOf({ source }: SourceAccount): string {
  return source.kind === 'file' ? source.path : `topic ${source.topic}`;
}

function rows({ source }: SourceAccount, number: number): string {
  return counted(number, source.kind === 'file' ? 'row' : 'record');
}

function counted(number: number, thing: string): string {
  return `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
}

function placeRow({ name, kinds, distinct, becomes, samples }: PlaceAccount): string[] {
  const values = Object.entries(kinds).map(([kind, number]) => `${kind} ${count(number)}`);
  const shown = samples.map((sample) => JSON.stringify(shortened(sample, MAX_SAMPLE_LENGTH)));
  const more = distinct > samples.length ? `, … (${count(distinct)})` : '';
  return [name, values.join(', '), becomes, `${shown.join(', ')}${more}`];
}

function questionLines({ setting, asks, answers }: Question): string[] {
  return [`  ${setting}`, `    ${asks}`, ...answers.map((answer) => `      ${JSON.stringify(answer)}`)];
}

function outcomeLines(account: SourceAccount, maxReasons: number): string[] {
  const { outcome } = account;
  if (outcome === null) return ['The job would refuse this input.'];
  const dead = outcome.dead.reduce((sum, letters) => sum + letters.count, 0);
  const absent = outcome.absent === 0 ? '' : `, ${count(outcome.absent)} absent`;
  const tried = rows(account, outcome.read + outcome.absent + dead);
  const first = `Of the first ${tried}: ${count(outcome.read)} read${absent}, ${counted(dead, 'dead letter')}`;
  const times = outcome.times === null ? [] : [`  timestamps from ${outcome.times.join(' to ')}`];
  const repeats =
    outcome.repeats === 0
      ? []
      : [
          `  ${counted(outcome.repeats, 'repeat')} of an earlier id, not counted again; identity "row" counts equal rows of a file`,
        ];
  const failure = outcome.failure === null ? [] : [`  then a run fails: ${outcome.failure}`];
  return [first, ...repeats, ...times, ...deadLines(outcome, maxReasons), ...failure];
}

function deadLines({ dead }: SampleOutcome, maxReasons: number): string[] {
  return dead.slice(0, maxReasons).map(({ reason, count: number, position, detail }: DeadSample) => {
    return `  ${reason} ${count(number)}, the first at ${position}: ${detail}`;
  });
}

function table(lines: readonly (readonly string[])[]): string[] {
  const cut = lines.map((row) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : shortened(cell, MAX_COLUMN_WIDTH))),
  );
  const widths = (cut[0] ?? []).map((_cell, column) => Math.max(...cut.map((row) => row[column]?.length ?? 0)));
  return cut.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
