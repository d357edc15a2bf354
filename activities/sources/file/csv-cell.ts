/**
 * Returns a cell without blanks around it.
 *
 * The parser takes a quotation mark with a blank behind it for a literal character, so `"a" ,` has its marks here. They are
 * no part of the cell, unless they could be doubled ones in the bytes of the row.
 */
export function readCell(cell: string, row: Buffer, quote: string | null): string {
  const text = cell.trim();
  if (quote === null || text.length === cell.length || text.length < 2 || !cell.startsWith(quote)) return text;
  const inner = text.slice(1, -1);
  if (!text.endsWith(quote) || inner.includes(quote) || row.includes(quote + quote)) return text;
  return inner.trim();
}
