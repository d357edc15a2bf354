import type { PipelineProgress } from '../../../workflows/control/progress';
import type { Activities } from '../../../activities';
import { fakeActivities } from '../fake-activities';
import { laneResult } from '../lane-result';
import { workerOfSuite } from '../time-skipping-worker';

const EXAMPLE = 't partition 0 offset 2, parse:BadTimestamp, expected an ISO 8601 time.';

const worker = workerOfSuite();

/**
 * Runs a pipeline that accepts this share of the 100 records, of which none has a value if `isAbsent`.
 *
 * @returns what it shows while its report cannot be stored
 */
async function shownWith(accepted: number, { isAbsent = false, refusedByIndex = 0 } = {}): Promise<PipelineProgress> {
  const name = `accepts-${accepted * 100}${isAbsent ? '-absent' : ''}-${refusedByIndex}`;
  let isHeld = true;
  const { activities } = fakeActivities({}, () => accepted);
  const letters = 100 - accepted * 100 + refusedByIndex;
  const topicEnds: Activities['topicEnds'] = async (plan) => {
    const ends = await activities.topicEnds(plan);
    return ends.deadLetter[0] === '0' ? ends : { ...ends, deadLetter: { 0: String(letters) } };
  };
  const indexLane: Activities['indexLane'] = async (input) => {
    const result = await activities.indexLane(input);
    const { counts, positions } = result;
    if (input.topic.endsWith('.enriched')) {
      const absent = isAbsent ? counts.read : 0;
      const deadLetters = counts.read > 0 ? refusedByIndex : 0;
      return { ...result, counts: { ...counts, indexed: counts.read - absent - deadLetters, absent, deadLetters } };
    }
    return input.topic.endsWith('.dead-letter') && positions[0]?.next !== '0'
      ? laneResult(input, { 0: letters })
      : result;
  };
  worker.serve(name, {
    ...activities,
    indexLane,
    topicEnds,
    deadLetterSummary: () => Promise.resolve({ byReason: { 'parse:BadTimestamp': 90 }, example: EXAMPLE }),
    storeReport: (input) => (isHeld ? Promise.reject(new Error('held')) : activities.storeReport(input)),
  });
  const { client, taskQueue, environment } = worker;
  const input = { source: { kind: 'simulate', records: 100 } };
  const options = { taskQueue, workflowId: `pipeline/${name}`, args: [input] };
  const handle = await client.workflow.start('streamingPipeline', options);
  await environment.sleep('10 minutes');
  const progress = await handle.query<PipelineProgress>('progress');
  isHeld = false;
  expect(await handle.result()).toMatchObject({ reconciled: true });
  return progress;
}

describe('a flood of dead letters', () => {
  it('is shown with its reasons and the first example while the pipeline goes on', async () => {
    const { attention } = await shownWith(0.1);
    expect(attention.find(({ state }) => state === 'FLOODED')).toEqual({
      ...{ stage: 'deadLetters', state: 'FLOODED', partition: null, command: null },
      reason:
        '90 of the latest 100 records became dead letters, more than the maxDeadLetterRatio of 0.5: ' +
        `parse:BadTimestamp 90. The first: ${EXAMPLE}`,
    });
  });

  it('is shown while no record has a value of any measurement', async () => {
    const { attention } = await shownWith(0.6, { isAbsent: true });
    expect(attention.find(({ state }) => state === 'FLOODED')?.reason).toBe(
      'None of the latest 100 records is indexed: 60 have no value of any measurement, and 40 are dead letters; ' +
        `source.fields and source.long say where values stand: parse:BadTimestamp 90. The first: ${EXAMPLE}`,
    );
  });

  it('counts a reading that the index refuses once', async () => {
    const { attention } = await shownWith(0.6, { refusedByIndex: 20 });
    const shown = attention.find(({ state }) => state === 'FLOODED')?.reason;
    expect(shown).toContain('60 of the latest 100 records became dead letters');
  });

  it('is not shown while few records become dead letters', async () => {
    const { attention } = await shownWith(0.9);
    expect(attention.map(({ state }) => state)).toEqual(['RETRYING']);
  });
});
