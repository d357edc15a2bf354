import { setTimeout as sleep } from 'node:timers/promises';
import { serverLines } from './check-servers';
import type { ServerCheck } from './server-check';

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Checks servers until all serve this worker: prints all that was found out first, then whatever
 * changes, and each server that is mended. Never rejects.
 *
 * @param check - asks all servers once
 * @param signal - ends the watch
 * @param pause - waits before the next check
 */
export async function watchServers(
  check: () => Promise<readonly ServerCheck[]>,
  print: (line: string) => void,
  signal: AbortSignal,
  pause = (ms: number): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => undefined),
): Promise<void> {
  let known: readonly ServerCheck[] = [];
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const checks = await check();
    if (signal.aborted) return;
    serverLines(known.length === 0 ? checks : changedChecks(known, checks)).forEach(print);
    for (const { server, address } of mended(known, checks)) print(`${server} at ${address} is mended`);
    known = checks;
    const waiting = checks.filter(({ problems }) => problems.length > 0);
    if (waiting.length === 0) return;
    await pause(pauseMs);
  }
}

/** The checks that found other problems than before; those of a server that is mended say no more than that. */
function changedChecks(before: readonly ServerCheck[], now: readonly ServerCheck[]): ServerCheck[] {
  return now
    .filter(({ server, problems }) => problems.length > 0 && problemsOf(now, server) !== problemsOf(before, server))
    .map((check) => ({ ...check, facts: [] }));
}

function mended(before: readonly ServerCheck[], now: readonly ServerCheck[]): ServerCheck[] {
  return now.filter(({ server, problems }) => problems.length === 0 && problemsOf(before, server) !== '');
}

/** Without numbers, which differ each time: of seconds, of ports at this end. */
function problemsOf(checks: readonly ServerCheck[], server: ServerCheck['server']): string {
  const { problems = [] } = checks.find((check) => check.server === server) ?? {};
  return problems.join().replaceAll(/\d+/g, '');
}
