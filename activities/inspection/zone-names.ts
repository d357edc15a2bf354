/** What clocks of a place are called in winter and in summer; the first place of each pair is the likeliest. */
const ZONES: readonly (readonly [winter: string, summer: string, zone: string])[] = [
  ['CET', 'CEST', 'Europe/Berlin'],
  ['WET', 'WEST', 'Europe/Lisbon'],
  ['EET', 'EEST', 'Europe/Athens'],
  ['GMT', 'BST', 'Europe/London'],
  ['EST', 'EDT', 'America/New_York'],
  ['CST', 'CDT', 'America/Chicago'],
  ['MST', 'MDT', 'America/Denver'],
  ['PST', 'PDT', 'America/Los_Angeles'],
  ['AEST', 'AEDT', 'Australia/Sydney'],
  ['NZST', 'NZDT', 'Pacific/Auckland'],
];
const AT_END = /(?:^|\d ?)([A-Z]{3,4})$/;

/** Returns a zone whose clocks have all of these names in the course of a year; null if there is none, or only one name. */
export function zoneOfNames(names: readonly string[]): string | null {
  if (names.length < 2) return null;
  const found = ZONES.find(([winter, summer]) => names.every((name) => name === winter || name === summer));
  return found?.[2] ?? null;
}

/** Returns the distinct names that stand behind times, the commonest first. */
export function zoneNamesIn(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const name = AT_END.exec(text)?.[1];
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([name]) => name);
}
