import type { Client, estypes } from '@elastic/elasticsearch';
import { windowId } from '../contracts/window';
import { EVENT_TIME_FIELDS, eventTimeRange } from '../elasticsearch/event-time';
import { isOfOtherRun } from '../elasticsearch/provenance';
import { scanIndex } from '../elasticsearch/scan-index';
import { WindowAccount, type WindowKey, type WindowRules } from './window-account';
import { readingFields, windowReading, type WindowReading } from './window-reading';

/** Windows in one search, which may have about a thousand conditions. */
const WINDOWS_PER_SEARCH = 200;

interface AccountsRequest {
  readonly index: string;
  readonly rules: WindowRules;
  readonly rejected: Iterable<WindowReading>;
  readonly signal: AbortSignal;
}

/**
 * Takes the accounts of windows, a few hundred at a time: of their indexed readings, and of the rejected ones that are not
 * indexed meanwhile.
 */
export async function* windowAccounts(
  elasticsearch: Client,
  request: AccountsRequest,
  windows: readonly WindowKey[],
): AsyncGenerator<readonly WindowAccount[]> {
  for (let first = 0; first < windows.length; first += WINDOWS_PER_SEARCH) {
    yield await accountsOf(elasticsearch, request, windows.slice(first, first + WINDOWS_PER_SEARCH));
  }
}

async function accountsOf(
  elasticsearch: Client,
  { index, rules, rejected, signal }: AccountsRequest,
  windows: readonly WindowKey[],
): Promise<readonly WindowAccount[]> {
  const { run, windowMs, measurements } = rules;
  const accounts = new Map(
    windows.map((key) => [windowId(key.deviceId, key.startMs, windowMs), new WindowAccount(key, rules)]),
  );
  const missing = new Map<string, WindowReading>();
  for (const reading of rejected) if (accounts.has(reading.windowId)) missing.set(reading.id, reading);
  const query = { bool: { should: windows.map((window) => readingsIn(window, windowMs)) } };
  const fields = readingFields(measurements);
  for await (const documents of scanIndex(elasticsearch, { index, query, fields, signal })) {
    for (const { _id, _source } of documents) {
      const reading = windowReading(_id, _source, !isOfOtherRun(_source, run), rules);
      if (reading === null) continue;
      accounts.get(reading.windowId)?.add(reading);
      missing.delete(_id);
    }
  }
  for (const reading of missing.values()) accounts.get(reading.windowId)?.add(reading);
  return [...accounts.values()];
}

function readingsIn({ deviceId, startMs }: WindowKey, windowMs: number): estypes.QueryDslQueryContainer {
  const inTime = eventTimeRange(startMs, startMs + windowMs);
  return { bool: { filter: [{ term: { deviceId } }, { range: { [EVENT_TIME_FIELDS.readings]: inTime } }] } };
}
