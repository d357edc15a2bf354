import type { Question } from '../contracts/inspection';
import { isAboutTime } from './about-time';
import { plainName } from './name-words';
import { quantityOf } from './quantity';
import type { ColumnProfile, Place } from './sample-column';

/** Names of columns with the device, the likeliest first; without signs. */
const DEVICE_NAMES = (
  'deviceid device devicename deviceuid deviceeui deveui geräteid gerät geraet gerätename sensorid sensor sensorname ' +
  'entityid entity stationid station stationname nodeid node moteid mote hostname host machineid machine maschine ' +
  'assetid asset meterid meter zähler unitid thing equipment capteur appareil estación estacion dispositivo sensore ' +
  'messstelle standort mac macaddress imei serialnumber serial serialno'
).split(' ');
/** Names that often mean something else. */
const WEAK_NAMES = ['location', 'room', 'raum', 'site', 'plug', 'topic', 'tag', 'name', 'id'];

/** Names of numbers that tell the sensors of one device apart. */
const NUMBERED_PARTS = 'channel chan ch kanal port probe fühler sonde slot address adresse'.split(' ');

const MAX_DEVICE_BYTES = 400;
/** With fewer rows, every row may have a device of its own. */
const MANY_ROWS = 20;
const MAX_DEVICES = 50;
const MAX_ANSWERS = 5;

export interface DeviceProposal {
  readonly place: Place;
  readonly questions: readonly Question[];
}

/**
 * Proposes where the device stands: a column with such a name, the key or a header, a column with few texts, or else a
 * constant.
 *
 * @param columns - without those that are the time or a measurement
 * @param constant - of a source that is one device
 */
export function deviceField(columns: readonly ColumnProfile[], constant: string): DeviceProposal {
  const usable = columns.filter(isDeviceId);
  const named = usable.flatMap((column) => rankOf(column) ?? []).sort((one, other) => one.rank - other.rank);
  const [best] = named;
  if (best !== undefined && best.rank < DEVICE_NAMES.length) return { place: best.column.place, questions: [] };
  const ofRecord = usable.filter(({ place }) => isOfRecord(place));
  const likely = [...ofRecord, ...named.map(({ column }) => column), ...usable.filter(isLabel)];
  const proposed = [...new Set(likely.map(({ place }) => place)), { constant }];
  const [place = { constant }] = proposed;
  const asks = 'Which device do the readings come from? No column is called so; a constant names one device for all.';
  const answers = proposed.slice(0, MAX_ANSWERS).map((answer) => ({ source: { fields: { deviceId: answer } } }));
  return { place, questions: [{ setting: 'source.fields.deviceId', asks, answers }] };
}

/** Returns the columns that may be a part of the device, the likeliest first. */
export function deviceParts(columns: readonly ColumnProfile[]): readonly ColumnProfile[] {
  const usable = columns.filter(isDeviceId);
  const named = usable.flatMap((column) => rankOf(column) ?? []).sort((one, other) => one.rank - other.rank);
  const counted = usable.filter(({ word }) => NUMBERED_PARTS.includes(plainName(word)));
  return [...new Set([...named.map(({ column }) => column), ...usable.filter(isLabel), ...counted])];
}

/** Inside of others, a field may be called by both names, as `sensor.id` is. */
function rankOf(column: ColumnProfile): { readonly column: ColumnProfile; readonly rank: number } | null {
  const both = column.name.split('.').slice(-2).join(' ');
  const ranks = [column.word, both]
    .map((name) => [...DEVICE_NAMES, ...WEAK_NAMES].indexOf(plainName(name)))
    .filter((rank) => rank >= 0);
  return ranks.length === 0 ? null : { column, rank: Math.min(...ranks) };
}

/** Texts or whole numbers that repeat, as ids of devices do in a long sample. */
function isDeviceId({ texts, distinct, numbers, present, cells, kinds }: ColumnProfile): boolean {
  const isPlain = kinds.list === undefined && kinds['true or false'] === undefined && present * 2 >= cells.length;
  const isWhole = numbers === null || texts.every((text) => /^\d+$/.test(text));
  const repeats = present < MANY_ROWS || distinct.size * 2 <= present;
  return isPlain && isWhole && repeats && texts.every((text) => Buffer.byteLength(text) <= MAX_DEVICE_BYTES);
}

/** Whether a column of whole numbers is called as devices are, so that it measures nothing. */
export function isDeviceNumber(word: string, texts: readonly string[]): boolean {
  return DEVICE_NAMES.includes(plainName(word)) && texts.every((text) => /^\d+$/.test(text));
}

/** Few texts of one word each; those of a column that speaks of a state, a note, a time or a quantity are none of devices. */
function isLabel({ word, texts, distinct, numbers }: ColumnProfile): boolean {
  const isOther =
    /note|text|comment|remark|message|status|state|unit|quality|flag|type|wind|wd$|dir|weather|level/i.test(word);
  const isKnown = isOther || isAboutTime(word) || quantityOf(word) !== null;
  return numbers === null && !isKnown && distinct.size <= MAX_DEVICES && texts.every((text) => !/\s/.test(text));
}

function isOfRecord(place: Place): boolean {
  return typeof place !== 'string' && ('key' in place || 'header' in place);
}
