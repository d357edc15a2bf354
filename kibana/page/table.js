/** @import { Column } from '../charts/rendered-panel' */
/** @import { PanelRow } from '../model/panel-search' */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const FRACTION = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/**
 * Builds a table with formatted cells.
 *
 * @param {readonly Column[]} columns
 * @param {readonly PanelRow[]} rows
 */
export function tableOf(columns, rows) {
  const table = document.createElement('table');
  const head = table.createTHead().insertRow();
  for (const { label, unit, type } of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = headOf(label, unit, type);
    cell.classList.toggle('number', type === 'number');
    head.append(cell);
  }
  const cells = rows.map(({ keys, values }) => [...keys, ...values]);
  // One number format per column, so that digits are aligned.
  const formats = columns.map((_, index) =>
    cells.every((row) => Number.isInteger(row[index] ?? 0)) ? WHOLE : FRACTION,
  );
  const body = table.createTBody();
  for (const values of cells) {
    const row = body.insertRow();
    values.forEach((value, index) => {
      const type = columns[index]?.type ?? 'text';
      const cell = row.insertCell();
      cell.textContent = textOf(value, type, formats[index] ?? WHOLE);
      cell.classList.toggle('number', type === 'number');
    });
  }
  return table;
}

/**
 * @param {string} label
 * @param {string | undefined} unit
 * @param {Column['type']} type
 */
function headOf(label, unit, type) {
  const shownUnit = type === 'time' ? 'UTC' : unit;
  return shownUnit === undefined ? label : `${label} (${shownUnit})`;
}

/**
 * @param {string | number | null} value
 * @param {Column['type']} type
 * @param {Intl.NumberFormat} format of a number
 */
function textOf(value, type, format) {
  if (value === null) return '–';
  if (type === 'number') return format.format(Number(value));
  if (type === 'time') return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
  if (type === 'boolean') return value === 'true' ? 'yes' : 'no';
  return String(value);
}
