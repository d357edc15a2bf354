import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from './identity';

const POLL_MS = 50;
/** How long the kernel may take to end a killed process that is busy with its disk. */
const KILL_PATIENCE_MS = 30_000;

export interface StopOptions {
  readonly graceMs: number;
  /** Aborted: the grace ends now. */
  readonly hurry?: AbortSignal;
}

/**
 * Ends one process, and only that: SIGTERM, and after the grace SIGKILL for it and its process group.
 * A pid that belongs to another process by now is left alone.
 *
 * @returns whether force was needed
 * @throws Error when the process survives SIGKILL
 */
export async function stopProcess(identity: ProcessIdentity, { graceMs, hurry }: StopOptions): Promise<boolean> {
  if (!isRunning(identity)) return false;
  send(identity.pid, 'SIGTERM');
  const deadline = Date.now() + graceMs;
  while (isRunning(identity) && Date.now() < deadline && hurry?.aborted !== true) await sleep(POLL_MS);
  if (!isRunning(identity)) return false;

  const killedBy = Date.now() + KILL_PATIENCE_MS;
  // Children are spawned as leaders of their groups: what they spawned themselves goes with them.
  if (!send(-identity.pid, 'SIGKILL')) send(identity.pid, 'SIGKILL');
  while (isRunning(identity)) {
    if (Date.now() > killedBy)
      throw new Error(`Process ${identity.pid} is still there ${KILL_PATIENCE_MS} ms after SIGKILL`);
    await sleep(POLL_MS);
  }
  return true;
}

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // ended by itself meanwhile
  }
}
