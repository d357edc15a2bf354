/**
 * Event id of a record of a file.
 *
 * @param sha256 - of the whole file, in hex
 * @param row - records before this one: a CSV's header and empty lines are no records, a row that cannot be used is
 */
export function fileEventId(sha256: string, row: number): string {
  return `${sha256.slice(0, 16)}-${row}`;
}
