import type { Question } from '../contracts/inspection';
import { textOf } from './cell';
import { namePattern } from './long-measurements';
import type { LongShape } from './long-shape';
import { partsOf, type ColumnProfile, type Place } from './sample-column';

const MAX_SHOWN = 4;

/** Where the device stands, and what is not sure about it. */
interface SensorsProposal {
  readonly place: Place;
  readonly questions: readonly Question[];
}

/**
 * Asks whether several names that give one measurement are sensors of their own; null if no device has several.
 *
 * Proposed is that they are: their readings would be mixed otherwise.
 *
 * @param device - undefined if it is a constant
 */
export function sensorsQuestion(
  { name }: LongShape,
  device: ColumnProfile | undefined,
  place: Place,
): SensorsProposal | null {
  if (device === name) return null;
  const names = new Map<string, Set<string>>();
  name.cells.forEach((cell, row) => {
    const text = textOf(cell);
    if (text === null) return;
    const key = JSON.stringify([textOf(device?.cells[row]), namePattern(text)]);
    names.set(key, (names.get(key) ?? new Set()).add(text));
  });
  const [several] = [...names.values()].filter(({ size }) => size > 1);
  if (several === undefined) return null;
  const own = device === undefined ? name.place : { join: [...partsOf(device.place), name.place] };
  const shown = [...several].slice(0, MAX_SHOWN).join(', ');
  const asks =
    `Are these sensors of their own: ${shown}? One device has several names for one measurement; as one device, their ` +
    'readings go into the same windows.';
  const answers = [own, place].map((answer) => ({ source: { fields: { deviceId: answer } } }));
  return { place: own, questions: [{ setting: 'source.fields.deviceId', asks, answers }] };
}
