/** A quantity with the spellings of its units. */
interface WithSpellings {
  readonly spellings: Readonly<Record<string, string>>;
}

const BRACKETS = /[([]([^)\]]{1,20})[)\]]/g;
const COMMA = /,\s*([^,([]{1,20}?)\s*(?:[([]|$)/;
const LAST_WORD = /[\s_.-]([^\s_.-]{1,10})$/;
const UNIT = /^[kMGm]?(?:V|A|W|Wh|VA|J|g|l|L|lx|Hz|Ω)$/;
const SUFFIX = /_(?:[km]v|[km]a|[km]w|[km]?wh|k?j)$/i;
const DEGREES = /°|º|˚|degrees?|deg|grad/g;

/** Returns the unit that a name such as `Temp, °C`, `RH (%)` or `temp_f` ends with; null if it has none that fits. */
export function unitOfName(name: string, quantity: WithSpellings): string | null {
  for (const text of unitTexts(name)) {
    const unit = unitOfText(text, quantity);
    if (unit !== null) return unit;
  }
  return null;
}

/** Returns the unit that a text such as `°C`, `degrees F` or `% RH` names; null if the quantity does not have it. */
export function unitOfText(text: string, { spellings }: WithSpellings): string | null {
  const plain = text.toLowerCase().replaceAll(DEGREES, '').replaceAll(/[\s_]/g, '');
  return spellings[plain] ?? null;
}

/** Returns what a name has in brackets, which is the unit of a quantity that is not known; null if that is none. */
export function bracketedUnit(name: string): string | null {
  const [, text = ''] = /[([]([^)\]]{1,20})[)\]]\s*$/.exec(name) ?? [];
  const isAbbreviation = /^[A-Z]{2,}$/.test(text);
  return /^[^\s\d:=][^\s:=]*$/.test(text) && !isAbbreviation ? text : null;
}

function unitTexts(name: string): string[] {
  const bracketed = [...name.matchAll(BRACKETS)].map(([, text = '']) => text);
  return [...bracketed, COMMA.exec(name)?.[1] ?? '', LAST_WORD.exec(name)?.[1] ?? ''];
}

/** Whether a name ends with what can be nothing but a unit, whatever it is one of. */
export function hasUnit(name: string): boolean {
  const isUnit = (text: string): boolean => UNIT.test(text) || /^[^\s:=]*[/%³²µ][^\s:=]*$/.test(text);
  return [...name.matchAll(BRACKETS)].some(([, text = '']) => isUnit(text)) || SUFFIX.test(name);
}
