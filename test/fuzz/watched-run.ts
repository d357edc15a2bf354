import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { PipelineProgress } from '../../workflows/control/progress';

const POLL_MS = 1_000;
const STILL_MS = 60_000;

/**
 * Waits until a run has ended, needs attention, or has not moved for a minute; one that has not ended is terminated.
 *
 * @returns null if it has ended, else one line on what it shows: SILENT if that is nothing
 */
export async function watchRun(handle: WorkflowHandle): Promise<string | null> {
  let seen = '';
  let movedMs = Date.now();
  for (;;) {
    if ((await handle.describe()).status.name !== 'RUNNING') return null;
    const progress = await handle.query<PipelineProgress>('progress').catch(() => null);
    const { attention = [], phase, stages } = progress ?? {};
    const shown = attention.find(({ state }) => state !== 'FLOODED');
    const now = JSON.stringify({ phase, stages });
    if (now !== seen) [seen, movedMs] = [now, Date.now()];
    const isStill = Date.now() - movedMs > STILL_MS;
    if (shown !== undefined || isStill) {
      await handle.terminate();
      return shown === undefined ? `SILENT in ${phase ?? 'no phase'}` : `${shown.state} ${shown.reason.slice(0, 200)}`;
    }
    await sleep(POLL_MS);
  }
}
