const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Clocks are put back in the first hours of a day. */
const LAST_HOUR = 4;
const MAX_YEARS = 5;

/** Whether clocks of a zone go back in one of the years that texts name, so that an hour occurs twice. */
export function goBackIn(zone: string, texts: readonly string[]): boolean {
  const named = texts.flatMap((text) => /(?<!\d)(?:19|20)\d{2}(?!\d)/.exec(text)?.map(Number) ?? []);
  const years = [...new Set(named)].slice(0, MAX_YEARS);
  return (years.length === 0 ? [new Date().getUTCFullYear()] : years).some((year) => changesIn(zone, year));
}

function changesIn(timeZone: string, year: number): boolean {
  try {
    const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
    const offsetIn = (month: number): string | undefined =>
      format.formatToParts(Date.UTC(year, month, 15)).find(({ type }) => type === 'timeZoneName')?.value;
    return new Set(Array.from({ length: 12 }, (_none, month) => offsetIn(month))).size > 1;
  } catch {
    return false;
  }
}

/** Whether local times in ISO 8601 follow each other, but for one hour at night that occurs twice. */
export function hasHourTwice(texts: readonly string[]): boolean {
  const times = texts.map((text) => Date.parse(`${text.replace(' ', 'T')}Z`));
  const steps = times.slice(1).map((time, at) => ({ time, byMs: time - (times[at] ?? time) }));
  const back = steps.filter(({ byMs }) => byMs < 0);
  // One time that occurs twice may be that hour; if many do, they are of several devices.
  const isHourly = steps.every(({ byMs }) => byMs === 0 || byMs === HOUR_MS);
  const same = isHourly ? steps.filter(({ byMs }) => byMs === 0) : [];
  const [step, ...others] = back.length > 0 ? back : same;
  if (step === undefined || others.length > 0 || times.length < 3) return false;
  return step.byMs >= -HOUR_MS && new Date(step.time).getUTCHours() < LAST_HOUR;
}
