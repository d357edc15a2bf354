import type { Question } from '../contracts/inspection';
import type { JsonObject } from '../contracts/json-object';
import { textOf } from './cell';
import { columnAt } from './column-at';
import { settingAt } from './given-settings';
import { plainName } from './name-words';
import { partsOf, type ColumnProfile } from './sample-column';

/** Names of numbers that a device or a gateway counts its messages by. */
const ID_NAMES = (
  'seq seqno seqnr sequence sequenceno sequencenumber counter fcnt fcntup framecounter packetno packetid messageid ' +
  'messageno msgid msgno recordid recordno recno readingid readingno eventid sampleid sampleno uuid guid id no nr'
).split(' ');
const MIN_ROWS = 3;

/** An event id of two columns, and what is to be said about it. */
export interface EventIdProposal {
  /** Of the mapping; empty if nothing is proposed. */
  readonly field: JsonObject;
  readonly questions: readonly Question[];
  readonly notes: readonly string[];
}

/**
 * Proposes an id of two columns where one that is called like an id is not unique, and both together are.
 *
 * @param columns - without measurements and the time
 * @param device - the likeliest other part; undefined if it is a constant
 */
export function eventIdField(
  columns: readonly ColumnProfile[],
  device: ColumnProfile | undefined,
  given: JsonObject,
): EventIdProposal {
  const chosen = columnAt(settingAt(given, 'source.fields.eventId'), columns);
  const counters = chosen === undefined ? columns.filter(({ word }) => ID_NAMES.includes(plainName(word))) : [chosen];
  const parts = [device ?? [], columns].flat().filter(({ numbers }) => numbers === null);
  for (const counter of counters.filter((column) => column !== device && isRepeated(column))) {
    const part = parts.find((other) => other !== counter && areUnique(other, counter));
    if (part === undefined) continue;
    const join = [...partsOf(part.place), counter.place];
    const found = `"${counter.name}" is not unique in the sample, and "${part.name}" and "${counter.name}" together are`;
    if (chosen !== undefined) {
      return {
        field: {},
        questions: [],
        notes: [`${found}: source.fields.eventId may have to be ${JSON.stringify({ join })}.`],
      };
    }
    const asks = `Are these the id of a reading? ${found}. Equal ids count once; if they are none, leave eventId out.`;
    const eventId = { join };
    const question = { setting: 'source.fields.eventId', asks, answers: [{ source: { fields: { eventId } } }] };
    return { field: { eventId }, questions: [question], notes: [] };
  }
  return { field: {}, questions: [], notes: [] };
}

function isRepeated({ present, cells, distinct, kinds }: ColumnProfile): boolean {
  const isPlain = kinds.list === undefined && kinds['true or false'] === undefined;
  return isPlain && present === cells.length && present >= MIN_ROWS && distinct.size > 1 && distinct.size < present;
}

function areUnique(one: ColumnProfile, other: ColumnProfile): boolean {
  const pairs = one.cells.map((cell, row) => JSON.stringify([textOf(cell), textOf(other.cells[row])]));
  return one.present === one.cells.length && new Set(pairs).size === pairs.length;
}
