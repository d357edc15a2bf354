import { setTimeout as sleep } from 'node:timers/promises';
import type { Activities } from '../../activities';
import { aliasesOf, derivedTopics } from '../../activities/contracts/pipeline-names';
import { pipelineFailure } from '../../activities/contracts/failures';
import { fakeActivities } from './fake-activities';
import { laneResult, REMOVED } from './lane-result';

/** A continuous driver and a slow source. */
export function paced(activities: Activities): Activities {
  return {
    ...activities,
    publishSimulatedRange: async (input) => {
      await sleep(1_000);
      return await activities.publishSimulatedRange({ ...input, to: input.from + 10 });
    },
    watchSparkJob: async (input) => {
      await sleep(1_000);
      const seen = await activities.watchSparkJob(input);
      return input.until === null ? { ...seen, running: true, exitOk: null } : seen;
    },
  };
}

/** The process ids of the fake drivers count from one. */
const CRASHES = 5;

/** A step that fails four times, a driver that dies five times, and offsets that retention has removed. */
export function failing(): Activities {
  const { activities } = fakeActivities();
  const readOnly = () => Promise.reject(pipelineFailure('IndexMisconfigured', 'the cluster is read-only'));
  let failures = 0;
  return {
    ...activities,
    prepareIndices: (input) => (++failures <= 4 ? readOnly() : activities.prepareIndices(input)),
    watchSparkJob: async (input) => {
      const seen = await activities.watchSparkJob(input);
      return input.handle.pid <= CRASHES
        ? { ...seen, running: false, exitOk: false, committed: null, lastBatch: null }
        : seen;
    },
    indexLane: (input) =>
      input.topic.endsWith('.enriched') && Number(input.from['0']?.next) < 50
        ? Promise.resolve(laneResult(input, { 0: 0 }, { refused: [REMOVED] }))
        : activities.indexLane(input),
  };
}

/** A file that is published in two ranges, with the offsets of the simulation. */
export function withFile(): Activities {
  const { activities } = fakeActivities();
  return {
    ...activities,
    inspectFile: () =>
      Promise.resolve({ sha256: '0'.repeat(64), bytes: 2_000, modifiedMs: 0, columns: ['deviceId'], notes: [] }),
    publishFileRange: async (input) => {
      const simulated = { plan: input.plan, from: input.rowFrom, to: input.rowFrom + 50 };
      const { next, published, deadLetters, bytes } = await activities.publishSimulatedRange(simulated);
      return { byteNext: next * 20, rowNext: next, done: next >= 100, published, deadLetters, bytes };
    },
  };
}

/** A dead-letter topic of three slices. */
export function withDeadLetters(): Activities {
  return fakeActivities({
    planRedrive: () =>
      Promise.resolve({
        choice: { name: 'quick' },
        dryRun: true,
        topics: derivedTopics('quick'),
        aliases: aliasesOf('quick'),
        ...{ hasRawReader: true, ioTaskQueue: 'histories-redriven' },
        from: { 0: '0', 1: '10' },
        to: { 0: '60000', 1: '30' },
      }),
  }).activities;
}

export function withOldMonths(): Activities {
  return fakeActivities({
    expireMonths: () =>
      Promise.resolve({
        name: 'quick',
        expiredBefore: '2026-06',
        indices: [{ index: 'pipeline.quick.readings-2026-05', documents: 100, bytes: 20_000 }],
      }),
  }).activities;
}

/** A file of one row. */
export function withInspection(): Activities {
  const source = { kind: 'file', path: '/data/readings.csv' } as const;
  return fakeActivities({
    planInspection: () => Promise.resolve({ source, given: {}, isComplete: false, taskQueue: 'histories-inspected' }),
    inspectSource: () =>
      Promise.resolve({
        ...{ source, facts: ['format: csv'], sampled: 1, shape: 'wide', places: [], questions: [], notes: [] },
        input: { source: { ...source, format: 'csv' } },
        outcome: { read: 1, absent: 0, repeats: 0, times: null, dead: [], failure: null },
      }),
  }).activities;
}

export function withReplay(): Activities {
  return fakeActivities({
    planReplay: () =>
      Promise.resolve({
        stream: 'readings',
        topic: 'quick.enriched',
        alias: 'pipeline.quick.readings',
        deadLetterTopic: 'quick.dead-letter',
        laneTaskQueue: 'histories-replayed',
        temporalOptions: '',
        from: { 0: '10' },
        to: { 0: '60' },
      }),
    indexLane: (input) => Promise.resolve(laneResult(input, { 0: 60 })),
  }).activities;
}
