import type { Question, SourceAccount } from '../contracts/inspection';
import { isObject, type JsonObject } from '../contracts/json-object';
import { isAboutTime, isTimeName } from './about-time';
import { columnAt } from './column-at';
import { deviceField, deviceParts, type DeviceProposal } from './device-field';
import { eventIdField } from './event-id-field';
import { withoutAbsent } from './given-absent';
import { hasPlace, merged, sectionAt, settingAt } from './given-settings';
import { longShape, type LongShape } from './long-shape';
import { measurementFields } from './measurement-fields';
import { numberOptions } from './number-options';
import { partsOf, profileOf, type ColumnProfile, type Place } from './sample-column';
import type { Sample } from './sample';
import { quantityOf } from './quantity';
import { sensorsQuestion } from './sensors-question';
import { seriesQuestion } from './series-question';
import { timeField, type TimeProposal } from './time-field';
import { unreadableTime } from './unreadable-time';
import { writtenNumberNotes } from './written-numbers';

/** What a sample is taken for. */
export type Proposal = Pick<SourceAccount, 'shape' | 'places' | 'input' | 'questions' | 'notes'>;

const TEXT_NAMES =
  /^(?:text|note|notes|comment|comments|message|remark|remarks|description|bemerkung|notiz|kommentar)$/i;
const MAX_SAMPLES = 3;

/** Proposes an input that reads a sample, as far as given settings do not say it, and asks what is ambiguous. */
export function proposal(sample: Sample, given: JsonObject): Proposal {
  const columns = withoutAbsent(sample.columns, given).map(profileOf);
  const time = timeOf(columns, given);
  const rest = columns.filter((column) => time?.columns.includes(column) !== true);
  const long = longOf(rest, given);
  const measured = measurementFields({ columns: rest, long, given, subject: sample.constant });
  const isFree = (column: ColumnProfile): boolean => !measured.columns.includes(column) && isDeviceColumn(column, long);
  const { device, column } = deviceOf(rest.filter(isFree), { columns, time, long, given, constant: sample.constant });
  const eventId = eventIdField(
    rest.filter((it) => !measured.columns.includes(it)),
    column,
    given,
  );
  const { numbers, questions: asked } = numberOptions(measured.columns);
  const fields = {
    deviceId: device.place,
    ...eventId.field,
    timestamp: timestampField(time, columns),
    ...textField(rest),
    ...measured.fields,
  };
  const proposed = {
    source: { ...sample.source, fields, ...longSetting(long), ...unlessEmpty('numbers', numbers) },
    ...unlessEmpty('measurements', measured.measurements),
  };
  const input = merged(proposed, given);
  const questions = [sample, time, device, eventId, measured].flatMap((part) => part?.questions ?? []);
  const roles = rolesOf(input, columns);
  return {
    shape: long === null ? 'wide' : 'long',
    input,
    questions: [...questions, ...asked].filter((question) => !isAnswered(question, given)),
    notes: [
      ...sample.notes,
      ...eventId.notes,
      ...writtenNumberNotes(
        rest.filter((it) => it !== column),
        measured.columns,
        settingAt(input, 'source.numbers.decimal') === ',' ? ',' : '.',
      ),
      ...notesOf(sample, {
        time: time === null && !hasPlace(settingAt(given, 'source.fields.timestamp')),
        measured: namesOf(input).length === 0,
      }),
    ],
    places: columns.map((column) => placeAccount(column, roles.get(column) ?? 'label')),
  };
}

interface DeviceSample {
  readonly columns: readonly ColumnProfile[];
  readonly time: TimeProposal | null;
  readonly long: LongShape | null;
  readonly given: JsonObject;
  readonly constant: string;
}

/** @param free - columns with nothing else */
function deviceOf(
  free: readonly ColumnProfile[],
  { columns, time, long, given, constant }: DeviceSample,
): { readonly device: DeviceProposal; readonly column: ColumnProfile | undefined } {
  const likely = deviceField(free, constant);
  const series = { columns, time: time?.columns ?? [], long, parts: deviceParts(free) };
  const found = seriesQuestion(series, columnAt(likely.place, columns)) ?? likely;
  const column = columnAt(settingAt(given, 'source.fields.deviceId') ?? found.place, columns);
  return { device: (long === null ? null : sensorsQuestion(long, column, found.place)) ?? found, column };
}

function timestampField(time: TimeProposal | null, columns: readonly ColumnProfile[]): unknown {
  return time?.field ?? columns.find(({ word }) => isAboutTime(word))?.place ?? 'timestamp';
}

/** A field of its own name needs no mapping. */
function textField(columns: readonly ColumnProfile[]): JsonObject {
  const text = columns.find(({ word, place }) => TEXT_NAMES.test(word) && isOfValue(place));
  return text === undefined || text.place === 'text' ? {} : { text: text.place };
}

function longSetting(long: LongShape | null): JsonObject {
  return long === null ? {} : { long: { name: long.name.place, value: long.value.place } };
}

function unlessEmpty(name: string, value: object): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

function timeOf(columns: readonly ColumnProfile[], given: JsonObject): TimeProposal | null {
  const field = settingAt(given, 'source.fields.timestamp');
  const own = hasPlace(field) ? columnAt(field, columns) : undefined;
  const found = timeField(own === undefined ? columns : [own], isObject(field) ? field : {});
  return found ?? unreadableTime(own ?? likelyTime(columns));
}

/** The column that is called most like a time, and like no measurement. */
function likelyTime(columns: readonly ColumnProfile[]): ColumnProfile | undefined {
  const named = columns.filter(({ word }) => isAboutTime(word) && quantityOf(word) === null);
  return named.find(({ word }) => isTimeName(word)) ?? named[0];
}

function longOf(columns: readonly ColumnProfile[], given: JsonObject): LongShape | null {
  const own = settingAt(given, 'source.long');
  if (!isObject(own)) return longShape(columns);
  const [name, value] = [columnAt(own['name'], columns), columnAt(own['value'], columns)];
  return name === undefined || value === undefined ? null : { name, value };
}

/** The names of measurements are a device only where they speak of one, as `sensor.living_temperature` does. */
function isDeviceColumn(column: ColumnProfile, long: LongShape | null): boolean {
  return column !== long?.name || [...column.distinct].some((text) => /[._/-]/.test(text));
}

function isAnswered({ setting }: Question, given: JsonObject): boolean {
  const field = /^source\.fields\.(\w+)\.unit$/.exec(setting)?.[1];
  const hasOtherList = field !== undefined && given['measurements'] !== undefined && !namesOf(given).includes(field);
  return settingAt(given, setting) !== undefined || hasOtherList;
}

function namesOf({ measurements }: JsonObject): unknown[] {
  return Array.isArray(measurements) ? measurements.map((it) => (isObject(it) ? it['name'] : null)) : [];
}

function notesOf({ sampled }: Sample, missing: { readonly time: boolean; readonly measured: boolean }): string[] {
  if (sampled === 0) return ['There are no rows, so only names could be looked at.'];
  return [
    ...(missing.time ? ['Nothing looks like a time: set source.fields.timestamp, and its format.'] : []),
    ...(missing.measured ? ['Nothing looks like a measurement: set measurements and source.fields.'] : []),
  ];
}

function rolesOf(input: JsonObject, columns: readonly ColumnProfile[]): Map<ColumnProfile, string> {
  const roles = new Map<ColumnProfile, string>();
  const add = (place: unknown, role: string): void => {
    for (const column of partsOf(place).flatMap((part) => columnAt(part, columns) ?? [])) {
      roles.set(column, [roles.get(column), role].filter((it) => it !== undefined).join(', '));
    }
  };
  const measured = namesOf(input);
  for (const [field, place] of Object.entries(sectionAt(input, 'source.fields'))) {
    add(place, measured.includes(field) ? `measurement ${field}` : field);
  }
  const long = sectionAt(input, 'source.long');
  add(long['name'], 'names of measurements');
  add(long['value'], 'values of measurements');
  for (const column of columns) {
    if (!isOfValue(column.place) && !roles.has(column)) roles.set(column, 'not used');
  }
  return roles;
}

/** Whether a place is in the value of a record, and not in its key or a header. */
function isOfValue(place: Place): boolean {
  return typeof place === 'string' || 'path' in place;
}

function placeAccount(column: ColumnProfile, becomes: string): SourceAccount['places'][number] {
  const { name, kinds, distinct } = column;
  return { name, kinds, distinct: distinct.size, becomes, samples: [...distinct].slice(0, MAX_SAMPLES) };
}
