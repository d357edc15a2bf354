import type { JsonObject } from '../contracts/json-object';
import { numberOf, textOf } from './cell';
import type { LongShape } from './long-shape';
import { measurementName, measurementProposal, type MeasurementProposal } from './measurement-proposal';
import { quantityAtEnd, type Quantity } from './quantity';
import type { ColumnProfile } from './sample-column';

const MAX_MEASUREMENTS = 20;

/** The rows of one name, or of all names that end with one word. */
interface NamedRows {
  readonly pattern: string;
  readonly quantity: Quantity | null;
  readonly numbers: number[];
  readonly units: Set<string>;
  rows: number;
}

/**
 * Returns the measurements of a source that has a row for each value; names without numbers are none.
 *
 * @param unit - the column with the unit of each value; null if there is none
 */
export function longMeasurements({ name, value }: LongShape, unit: ColumnProfile | null): MeasurementProposal[] {
  const byPattern = new Map<string, NamedRows>();
  name.cells.forEach((cell, row) => {
    if (typeof cell !== 'string' || cell.trim() === '') return;
    const found = namedRows(cell.trim());
    const rows = byPattern.get(found.pattern) ?? found;
    byPattern.set(found.pattern, rows);
    const number = numberOf(value.cells[row]);
    if (number !== null) rows.numbers.push(number);
    const written = textOf(unit?.cells[row]);
    if (written !== null) rows.units.add(written);
    rows.rows++;
  });
  const measured = [...byPattern.values()].filter(({ numbers, rows }) => numbers.length * 2 >= rows);
  const names: string[] = [];
  return measured.slice(0, MAX_MEASUREMENTS).map(({ pattern, quantity, numbers, units }) => {
    const own = measurementName(quantity?.name ?? pattern.replaceAll('*', ''), names);
    names.push(own);
    const proposal = measurementProposal({ word: pattern, numbers, quantity, name: own, units: [...units] });
    const mapping: JsonObject = pattern === own ? {} : { names: [pattern] };
    return { ...proposal, options: { ...mapping, ...proposal.options } };
  });
}

function namedRows(name: string): NamedRows {
  const quantity = quantityAtEnd(name)?.quantity ?? null;
  return { pattern: namePattern(name), quantity, numbers: [], units: new Set(), rows: 0 };
}

/** A name that ends with a known word stands for all that do, whatever device is before it. */
export function namePattern(name: string): string {
  const known = quantityAtEnd(name);
  if (known === null || name.length === known.word.length) return name;
  const end = name.slice(-known.word.length - 1);
  return /^[^\p{L}\p{N}]/u.test(end) ? `*${end}` : name;
}
