/** @import { Column } from '../charts/column' */
/** @import { PanelRow } from '../model/panel-rows' */

const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/**
 * Numbers as a table, every cell as a person reads it.
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
  const body = table.createTBody();
  for (const { keys, values } of rows) {
    const row = body.insertRow();
    [...keys, ...values].forEach((value, index) => {
      const type = columns[index]?.type ?? 'text';
      const cell = row.insertCell();
      cell.textContent = textOf(value, type);
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
 */
function textOf(value, type) {
  if (value === null) return '–';
  if (type === 'number') return NUMBER.format(Number(value));
  if (type === 'time') return new Date(value).toISOString().slice(0, 19).replace('T', ' ');
  if (type === 'truth') return value === 'true' ? 'yes' : 'no';
  return String(value);
}
