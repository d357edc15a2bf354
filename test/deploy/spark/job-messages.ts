import type { Message } from 'kafkajs';
import type { ParseCase } from './parse-case';

export const LOAD_START_MS = Date.parse('2024-01-01T00:00:00Z');

export function caseMessage({ name, value, headers }: ParseCase): Message {
  return { key: name, value, headers: { ...(headers ?? { 'event-id': name }) } };
}

/** Readings of ten devices, one second apart in event time. */
export function loadMessage(n: number, run: string): Message {
  const time = new Date(LOAD_START_MS + n * 1_000).toISOString();
  const value = JSON.stringify({ origin: `device-${n % 10}`, time, temp: 32 + (n % 97) / 10, humid: (n % 1_001) / 10 });
  return { key: `device-${n % 10}`, value, headers: { 'event-id': `load-${n}`, 'pipeline-run': run } };
}
