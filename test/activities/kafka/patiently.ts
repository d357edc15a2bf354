import { setTimeout as sleep } from 'node:timers/promises';

/** Tries again what may be tried again, as Temporal does: a broker that has just made a topic may not lead it yet. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > 600 || (error as { nonRetryable?: boolean }).nonRetryable !== false) throw error;
      await sleep(200);
    }
  }
}
