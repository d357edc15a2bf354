import type { Quantity } from './quantity';

const BRACKETS = /[([]([^)\]]{1,20})[)\]]/g;
const COMMA = /,\s*([^,([]{1,20}?)\s*(?:[([]|$)/;
const LAST_WORD = /[\s_.-]([^\s_.-]{1,10})$/;
const DEGREES = /°|º|˚|degrees?|deg|grad/g;

/** Returns the unit that a name such as `Temp, °C`, `RH (%)` or `temp_f` ends with; null if it has none that fits. */
export function unitOfName(name: string, quantity: Quantity): string | null {
  for (const text of unitTexts(name)) {
    const unit = unitOfText(text, quantity);
    if (unit !== null) return unit;
  }
  return null;
}

/** Returns the unit that a text such as `°C`, `degrees F` or `% RH` names; null if the quantity does not have it. */
export function unitOfText(text: string, { spellings }: Quantity): string | null {
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
