import { setTimeout as sleep } from 'node:timers/promises';
import { pipelineFailure } from '../../activities/contracts/failures';
import type { Activities } from '../../activities';
import type { ReconcileResult } from '../../activities/contracts/report';
import { parseInput } from '../../activities/preparation/parse-input';
import { laneResult } from './lane-result';
import type { TopicPositions } from '../../activities/preparation/prepare-topics';

const EMPTY: TopicPositions = { raw: { 0: '0' }, enriched: { 0: '0' }, windows: { 0: '0' }, deadLetter: { 0: '0' } };

export const PROOF: ReconcileResult = {
  reconciled: true,
  planned: 100,
  published: 100,
  enriched: 90,
  indexed: 90,
  expired: 0,
  absent: 0,
  deadLetters: 10,
  deadLettersResolved: 0,
  deadLettersByReason: { 'parse:Empty': 10 },
  repeats: 0,
  conflicts: 0,
  foreign: 0,
  windows: 9,
  windowsShared: 0,
  windowsExpired: 0,
  windowedReadings: 90,
  rawBytes: 1_000,
  discrepancies: {},
  examples: [],
  durationMs: 5,
};

/**
 * Creates activities that only keep the end offsets of four topics of one partition: published records are processed when a
 * driver is watched, and indexed when a lane runs. `calls` has the names of the activities in call order.
 */
export function fakeActivities(
  overrides: Partial<Activities> = {},
  /** Share of the records that become readings; the others become dead letters. */
  accepted: () => number = () => 0.9,
): { activities: Activities; calls: string[] } {
  const calls: string[] = [];
  let processed = 0;
  const ends = { raw: 0, enriched: 0, windows: 0, deadLetter: 0 };
  const positions = (): TopicPositions => ({
    raw: { 0: String(ends.raw) },
    enriched: { 0: String(ends.enriched) },
    windows: { 0: String(ends.windows) },
    deadLetter: { 0: String(ends.deadLetter) },
  });
  const endOf = (topic: string): number =>
    topic.endsWith('.enriched') ? ends.enriched : topic.endsWith('.windows') ? ends.windows : ends.deadLetter;

  const activities: Activities = {
    parseInput: (request) =>
      Promise.resolve().then(() => parseInput({ io: 'test', lanes: 'test', host: 'test' }, request)),
    prepareTopics: () => Promise.resolve({ start: EMPTY, end: positions() }),
    planReplay: () => Promise.reject(pipelineFailure('SourceMissing', 'expected no topic')),
    planRedrive: () => Promise.reject(pipelineFailure('SourceMissing', 'expected no topic')),
    topicEnds: () => Promise.resolve(positions()),
    prepareIndices: () => Promise.resolve({ notes: [] }),
    publishSimulatedRange: ({ from, to }) => {
      ends.raw += to - from;
      return Promise.resolve({ next: to, published: to - from, deadLetters: 0, bytes: 0 });
    },
    planInspection: () => Promise.reject(pipelineFailure('InvalidInput', 'expected no inspection')),
    inspectSource: () => Promise.reject(pipelineFailure('SourceMissing', 'expected no source')),
    inspectFile: () => Promise.reject(pipelineFailure('SourceMissing', 'expected no file')),
    publishFileRange: () => Promise.reject(pipelineFailure('SourceMissing', 'expected no file')),
    submitSparkJob: ({ start }) => Promise.resolve({ pid: start + 1, startTime: '0', runFolder: '/nowhere' }),
    watchSparkJob: async ({ until }) => {
      // A driver that does not know its end waits for more.
      if (until === null) await sleep(20);
      const enriched = ends.enriched + Math.floor((ends.raw - processed) * accepted());
      processed = ends.raw;
      Object.assign(ends, { enriched, windows: Math.ceil(enriched / 10), deadLetter: ends.raw - enriched });
      return {
        running: true,
        exitOk: null,
        error: null,
        lost: null,
        committed: { 0: String(ends.raw) },
        lastBatch: 0,
        inputRows: ends.raw,
        waiting: 0,
        droppedByWatermark: 0,
        lastLogLines: [],
      };
    },
    stopSparkJob: () => Promise.resolve(),
    indexLane: (input) => Promise.resolve(laneResult(input, { 0: endOf(input.topic) })),
    redriveSlice: () => Promise.resolve({ byReason: {}, unindexed: 0 }),
    recomputeWindows: () => Promise.resolve(0),
    reconcileRun: () => Promise.resolve(PROOF),
    deadLetterSummary: () => Promise.resolve({ byReason: {}, example: null }),
    storeReport: () => Promise.resolve(),
    expireMonths: () => Promise.reject(pipelineFailure('InvalidInput', 'expected no month')),
    dropMonths: () => Promise.resolve(),
    deployDashboards: () => Promise.resolve({ objects: 5 }),
    closeRange: () => Promise.resolve({ waitsFor: 'spark' }),
    proveRange: () => Promise.reject(pipelineFailure('InvalidInput', 'expected no range')),
    proveRangeAgain: () => Promise.resolve(null),
    findRun: () => Promise.reject(pipelineFailure('InvalidInput', 'expected no run')),
    ...overrides,
  };
  const recorded = Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      (input: never): unknown => {
        calls.push(name);
        return (activity as (input: never) => unknown)(input);
      },
    ]),
  );
  return { activities: recorded as unknown as Activities, calls };
}

/** Changes activities to those of a worker with a Kibana. */
export function withKibana(activities: Activities): Activities {
  const parseInput: Activities['parseInput'] = async (request) => ({
    ...(await activities.parseInput(request)),
    dashboards: true,
  });
  return { ...activities, parseInput };
}
