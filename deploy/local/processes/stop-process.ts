import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from './identity';

const POLL_MS = 50;
/** How long the kernel may take to end a killed process that waits for its disk. */
const KILL_TIMEOUT_MS = 30_000;

/**
 * Sends SIGTERM to one process, and after the grace period, or when `force` is aborted, SIGKILL to it and its process
 * group. Does nothing if the pid was reused by another process.
 *
 * @returns whether SIGKILL was needed
 * @throws Error when the process survives SIGKILL
 */
export async function stopProcess(identity: ProcessIdentity, graceMs: number, force?: AbortSignal): Promise<boolean> {
  if (!isRunning(identity)) return false;
  sendSignal(identity.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(identity) && Date.now() < deadline && force?.aborted !== true) await sleep(POLL_MS);
  if (!isRunning(identity)) return false;

  const killDeadline = Date.now() + KILL_TIMEOUT_MS;
  // Services are spawned as process group leaders, so their own children are killed too.
  if (!sendSignal(-identity.pid, 'SIGKILL')) sendSignal(identity.pid, 'SIGKILL');
  while (isRunning(identity)) {
    if (Date.now() > killDeadline)
      throw new Error(`Process ${identity.pid} still runs ${KILL_TIMEOUT_MS} ms after SIGKILL`);
    await sleep(POLL_MS);
  }
  return true;
}

/** @param pid - of a process; negative for its process group. @returns false if it has exited already */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
