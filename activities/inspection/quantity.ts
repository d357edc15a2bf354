import { plainName, wordsOf } from './name-words';
import { hasUnit, unitOfName } from './unit-of-name';

/** A measured quantity that is known by name. */
export interface Quantity {
  /** Of its measurement. */
  readonly name: string;
  /** Names of columns in several languages, in lower case and without signs. */
  readonly words: readonly string[];
  /** Of the measurement. */
  readonly unit: string;
  /** Spellings of units that values may have, in lower case, without blanks and the sign of degrees. */
  readonly spellings: Readonly<Record<string, string>>;
  /** What values can be, in `unit`. */
  readonly min: number;
  readonly max: number;
}

const SPEEDS: Quantity['spellings'] = {
  ...spelled('m/s', 'm/s', 'ms', 'mps'),
  ...spelled('km/h', 'km/h', 'kmh', 'kph'),
  ...spelled('mph', 'mph'),
  ...spelled('kn', 'kn', 'kt', 'kts', 'knots'),
  ...spelled('ft/s', 'ft/s', 'fps'),
};

export const TEMPERATURE: Quantity = {
  name: 'temperature',
  words: ['temperature', 'temp', 'tmp', 'temperatur', 'température', 'temperatura', 'temperatuur', 'lämpötila', 't'],
  unit: '°C',
  spellings: {
    ...spelled('°C', 'c', 'celsius', 'centigrade', '℃'),
    ...spelled('°F', 'f', 'fahrenheit', '℉'),
    ...spelled('K', 'k', 'kelvin'),
  },
  min: -90,
  max: 150,
};

const QUANTITIES: readonly Quantity[] = [
  TEMPERATURE,
  {
    name: 'humidity',
    words: [
      'humidity',
      'humid',
      'hum',
      'rh',
      'relhum',
      'feuchte',
      'luftfeuchte',
      'luftfeuchtigkeit',
      'feuchtigkeit',
      'humidité',
      'humedad',
      'umidità',
      'umidade',
      'luchtvochtigheid',
    ],
    unit: '%',
    spellings: {
      ...spelled('%', '%', '%rh', 'rh%', 'percent', 'pct', 'prozent'),
      ...spelled('ratio', 'ratio', 'fraction'),
    },
    min: 0,
    max: 100,
  },
  {
    name: 'pressure',
    words: [
      'pressure',
      'press',
      'pres',
      'baro',
      'barometer',
      'druck',
      'luftdruck',
      'pression',
      'presión',
      'presion',
      'pressione',
      'pressão',
    ],
    unit: 'hPa',
    spellings: {
      ...spelled('hPa', 'hpa'),
      ...spelled('Pa', 'pa'),
      ...spelled('kPa', 'kpa'),
      ...spelled('MPa', 'mpa'),
      ...spelled('mbar', 'mbar', 'mb'),
      ...spelled('bar', 'bar'),
      ...spelled('atm', 'atm'),
      ...spelled('mmHg', 'mmhg', 'torr'),
      ...spelled('inHg', 'inhg'),
      ...spelled('psi', 'psi'),
    },
    min: 0,
    max: 2_000,
  },
  {
    name: 'windSpeed',
    words: ['windspeed', 'wind', 'gust', 'windgeschwindigkeit', 'vent', 'viento', 'vento', 'böe', 'rafale'],
    unit: 'm/s',
    spellings: SPEEDS,
    min: 0,
    max: 150,
  },
  // Of the wind only where the name says so, as it does above; that of a vehicle may be backwards.
  {
    name: 'speed',
    words: ['speed', 'geschwindigkeit', 'vitesse', 'velocidad', 'velocità', 'velocidade', 'velocity', 'hastighet'],
    unit: 'm/s',
    spellings: SPEEDS,
    min: -1_000,
    max: 1_000,
  },
  {
    name: 'precipitation',
    words: ['precipitation', 'rain', 'rainfall', 'precip', 'niederschlag', 'regen', 'pluie', 'lluvia', 'pioggia'],
    unit: 'mm',
    spellings: { ...spelled('mm', 'mm'), ...spelled('cm', 'cm'), ...spelled('in', 'in', 'inch', 'inches') },
    min: 0,
    max: 2_000,
  },
  plain('co2', 'ppm', 0, 100_000, ['co2', 'carbondioxide', 'kohlendioxid']),
  plain('pm25', 'µg/m³', 0, 10_000, ['pm25', 'pm2']),
  plain('pm10', 'µg/m³', 0, 10_000, ['pm10', 'pm1']),
  plain('illuminance', 'lx', 0, 200_000, ['illuminance', 'light', 'lux', 'helligkeit', 'luz', 'lumière']),
  plain('voltage', 'V', -100_000, 1_000_000, ['voltage', 'volt', 'volts', 'spannung', 'tension', 'vbat']),
  plain('current', 'A', -100_000, 100_000, ['current', 'amps', 'strom', 'corriente', 'courant']),
  plain('power', 'W', -1e9, 1e9, ['power', 'watt', 'watts', 'leistung', 'puissance', 'potencia']),
  plain('energy', 'kWh', 0, 1e12, ['energy', 'kwh', 'energie', 'énergie', 'energía']),
];

/** Letters that a word must have to be recognised at the end of a longer one, as in `Außentemperatur`. */
const MIN_LETTERS_OF_END = 5;

/**
 * Returns the quantity that a name speaks of, and whether it says nothing else, apart from a unit. A name with a unit that no
 * conversion of the quantity has, such as `Energy [Wh]`, is none: its values would be taken for those of another unit.
 */
export function quantityOf(name: string): { readonly quantity: Quantity; readonly isExact: boolean } | null {
  const found = quantityNamed(name);
  const isOtherUnit = found !== null && hasUnit(name) && unitOfName(name, found.quantity) === null;
  return isOtherUnit ? null : found;
}

function quantityNamed(name: string): ReturnType<typeof quantityOf> {
  const whole = plainName(name);
  const words = wordsOf(name);
  const exact = QUANTITIES.find((quantity) => quantity.words.includes(whole));
  if (exact !== undefined) return { quantity: exact, isExact: true };
  if (/ratio|index|dew|tau(?:punkt)?|status|alarm|setpoint|battery|rpm|(?:^|[^a-z])fan(?:[^a-z]|$)/i.test(name))
    return null;
  for (const quantity of QUANTITIES) {
    const known = words.find((word) => word.length > 1 && quantity.words.some((end) => isWordOrEnd(word, end)));
    if (known === undefined) continue;
    const isExact = words.every((word) => word === known || word in quantity.spellings || word === 'deg');
    return { quantity, isExact };
  }
  const [first = '', ...rest] = words;
  const single = QUANTITIES.find(
    ({ words: known, spellings }) => known.includes(first) && rest.some((word) => word in spellings),
  );
  return single === undefined ? null : { quantity: single, isExact: true };
}

/** Returns the known words that end texts such as `sensor.living_temperature`: their quantity and that word. */
export function quantityAtEnd(text: string): { readonly quantity: Quantity; readonly word: string } | null {
  const word = wordsOf(text).at(-1) ?? '';
  const quantity = QUANTITIES.find(({ words }) => word.length > 1 && words.includes(word));
  return quantity === undefined ? null : { quantity, word };
}

function isWordOrEnd(word: string, known: string): boolean {
  return word === known || (known.length >= MIN_LETTERS_OF_END && word.endsWith(known));
}

function spelled(unit: string, ...spellings: readonly string[]): Record<string, string> {
  return Object.fromEntries(spellings.map((spelling) => [spelling, unit]));
}

function plain(name: string, unit: string, min: number, max: number, words: readonly string[]): Quantity {
  return { name, words, unit, spellings: { [unit.toLowerCase()]: unit }, min, max };
}
