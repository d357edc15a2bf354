import type { JsonObject } from '../contracts/json-object';
import { numberOf } from './cell';
import type { LongShape } from './long-shape';
import { measurementName, measurementProposal, type MeasurementProposal } from './measurement-proposal';
import { quantityAtEnd, type Quantity } from './quantity';

const MAX_MEASUREMENTS = 20;

/** The rows of one name, or of all names that end with one word. */
interface NamedRows {
  readonly pattern: string;
  readonly quantity: Quantity | null;
  readonly numbers: number[];
  rows: number;
}

/** Returns the measurements of a source that has a row for each value; names without numbers are none. */
export function longMeasurements({ name, value }: LongShape): MeasurementProposal[] {
  const byPattern = new Map<string, NamedRows>();
  name.cells.forEach((cell, row) => {
    if (typeof cell !== 'string' || cell.trim() === '') return;
    const found = namedRows(cell.trim());
    const rows = byPattern.get(found.pattern) ?? found;
    byPattern.set(found.pattern, rows);
    const number = numberOf(value.cells[row]);
    if (number !== null) rows.numbers.push(number);
    rows.rows++;
  });
  const measured = [...byPattern.values()].filter(({ numbers, rows }) => numbers.length * 2 >= rows);
  const names: string[] = [];
  return measured.slice(0, MAX_MEASUREMENTS).map(({ pattern, quantity, numbers }) => {
    const own = measurementName(quantity?.name ?? pattern.replaceAll('*', ''), names);
    names.push(own);
    const proposal = measurementProposal({ word: pattern, numbers, quantity, name: own });
    const mapping: JsonObject = pattern === own ? {} : { names: [pattern] };
    return { ...proposal, options: { ...mapping, ...proposal.options } };
  });
}

/** A name that ends with a known word stands for all that do, whatever device is before it. */
function namedRows(name: string): NamedRows {
  const known = quantityAtEnd(name);
  const rows = { quantity: known?.quantity ?? null, numbers: [], rows: 0 };
  if (known === null || name.length === known.word.length) return { ...rows, pattern: name };
  const end = name.slice(-known.word.length - 1);
  return { ...rows, pattern: /^[^\p{L}\p{N}]/u.test(end) ? `*${end}` : name };
}
