import { textOf } from './cell';
import type { DeviceProposal } from './device-field';
import type { LongShape } from './long-shape';
import type { ColumnProfile } from './sample-column';

/** A device has one row of a time; a few more are of a clock that went back, or sent twice. */
const NEARLY_ALL = 0.95;

/** A sample whose rows are of several series. */
interface SampledSeries {
  readonly columns: readonly ColumnProfile[];
  /** With the time, or its parts. */
  readonly time: readonly ColumnProfile[];
  readonly long: LongShape | null;
  /** What may be a part of the device, the likeliest first. */
  readonly parts: readonly ColumnProfile[];
}

/**
 * Asks whether the device stands in two columns: the proposed one has several rows of one time, and with another column
 * it has one. Null if there are no two such columns.
 *
 * Proposed are both: as one device, a sensor of each station would be mixed with those of the same name.
 *
 * @param device - undefined if it is a constant
 */
export function seriesQuestion(
  { columns, time, long, parts }: SampledSeries,
  device: ColumnProfile | undefined,
): DeviceProposal | null {
  if (device === undefined || time.length === 0) return null;
  const keysOf = (of: readonly ColumnProfile[]): Set<string> => {
    return new Set(device.cells.map((_cell, row) => JSON.stringify(of.map(({ cells }) => textOf(cells[row])))));
  };
  const rows = keysOf(columns).size;
  const of = [...time, ...(long === null ? [] : [long.name])];
  const identify = (...devices: ColumnProfile[]): boolean => keysOf([...of, ...devices]).size >= rows * NEARLY_ALL;
  if (identify(device)) return null;
  // Where a part is missing, the join has none.
  const others = parts.filter((part) => part !== device && part !== long?.name && part.present === part.cells.length);
  const other = others.find((part) => identify(device, part));
  if (other === undefined) return null;
  const both = columns.filter((column) => column === device || column === other);
  const place = { join: both.map((column) => column.place) };
  const names = both.map(({ name }) => `"${name}"`).join(' and ');
  const asks =
    `Do ${names} name a device together? "${device.name}" alone has several rows of one time; as one device, their ` +
    'readings go into the same windows.';
  const answers = [place, device.place, ...(identify(other) ? [other.place] : [])].map((answer) => {
    return { source: { fields: { deviceId: answer } } };
  });
  return { place, questions: [{ setting: 'source.fields.deviceId', asks, answers }] };
}
