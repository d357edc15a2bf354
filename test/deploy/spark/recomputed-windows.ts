import type { PipelinePlan } from '../../../activities/contracts/plan';
import { WindowAccount } from '../../../activities/recomputation/window-account';
import { windowReading } from '../../../activities/recomputation/window-reading';
import { idOf, type Written } from './spark-run';

/** By id the window records that a recomputation makes of the readings of one run; only how numbers are written may differ. */
export function recomputedWindows(plan: PipelinePlan, enriched: readonly Written[]): ReadonlyMap<string, Written> {
  const rules = { ...plan, ...plan.rules };
  const readings = enriched.filter(({ bytes }) => bytes !== '');
  const distinct = new Map(readings.map((record) => [idOf(record), record.value]));
  const accounts = new Map<string, WindowAccount>();
  for (const [id, value] of distinct) {
    const reading = windowReading(id, value, true, rules);
    if (reading === null) continue;
    const account = accounts.get(reading.windowId) ?? new WindowAccount(reading, rules);
    account.add(reading);
    accounts.set(reading.windowId, account);
  }
  const bytes = expect.any(String) as string;
  const written = [...accounts].map(([id, account]) => {
    const { key, value, ...record } = account.record();
    const headers = Object.fromEntries(Object.entries(record.headers).map(([name, text]) => [name, String(text)]));
    return [id, { key: String(key), headers, value: JSON.parse(String(value)) as Written['value'], bytes }] as const;
  });
  return new Map(written);
}
