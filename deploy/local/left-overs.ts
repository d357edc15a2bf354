import { ProcessRecords } from './processes/process-records';
import { stopProcess } from './processes/stop-process';
import type { OnStackEvent } from './stack-event';

/** Whoever waits for a start should not wait long for a process that hangs; every server survives a kill. */
const GRACE_MS = 5000;

/** Stops the processes that a killed launcher left running on a state folder. */
export async function stopLeftOvers(stateFolder: string, onEvent: OnStackEvent): Promise<void> {
  const records = new ProcessRecords(stateFolder);
  const stop = records.running().map(async (record) => {
    await stopProcess(record, { graceMs: GRACE_MS });
    records.remove(record.name);
    onEvent({ kind: 'leftOverStopped', part: record.name, pid: record.pid });
  });
  await Promise.all(stop);
}
