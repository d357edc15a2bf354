import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { IndexLaneInput, IndexLaneResult, LanePositions } from '../../activities/indexing/lane';
import { UNTIL_SHOWN } from '../control/activity-failure';
import { unlessInterrupted } from '../control/interruptible';
import { INDEXING, LANE_PACE } from '../policies';

/** Long, since a lane loses some moments when another worker takes it over; short, so that a new worker gets its share. */
const LANE_MS = 600_000;
const MAX_SUMMARY_LENGTH = 150;

/** What all lanes of a topic have in common. */
export type LaneSettings = Pick<
  IndexLaneInput,
  'topic' | 'alias' | 'sink' | 'deadLetterTopic' | 'mirrorGroup' | 'maxDeadLetterRatio'
>;

/** One activity that indexes a share of the partitions of a topic; what must change while it runs interrupts it. */
export class Lane {
  #isRunning = false;
  #isInterrupted = false;

  constructor(
    private readonly settings: LaneSettings,
    private readonly taskQueue: string,
    /** Whether the run has no end. */
    private readonly isLive: boolean,
  ) {}

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Lets the activity end soon, with what it has indexed. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** @returns null if it was interrupted and has no result */
  async run(
    input: Pick<IndexLaneInput, 'from' | 'until' | 'partitions' | 'ageMs' | 'maxDeadLetterRatio'>,
    maximumAttempts: number,
    isFailing: boolean,
  ): Promise<IndexLaneResult | null> {
    const { heartbeatTimeout, ...pace } = LANE_PACE[this.isLive ? 'live' : 'bounded'];
    const { indexLane } = proxyActivities<Activities>({
      ...INDEXING,
      ...(isFailing ? {} : UNTIL_SHOWN),
      taskQueue: this.taskQueue,
      heartbeatTimeout,
      retry: { ...INDEXING.retry, maximumAttempts },
      // One that fails has nothing to finish.
      cancellationType: isFailing ? 'TRY_CANCEL' : 'WAIT_CANCELLATION_COMPLETED',
      summary: summaryOf(input.from),
    });
    this.#isInterrupted = false;
    this.#isRunning = true;
    try {
      return await unlessInterrupted(
        () => indexLane({ ...this.settings, ...input, wasFailing: isFailing, ...pace, maxMs: LANE_MS }),
        () => this.#isInterrupted,
      );
    } finally {
      this.#isRunning = false;
    }
  }
}

/** Which partitions from which offsets, for the timeline in the Web UI. */
function summaryOf(from: LanePositions): string {
  const places = Object.entries(from).map(([partition, { next }]) => `${partition} from ${next}`);
  const text = `partition ${places.join(', ')}`;
  return text.length <= MAX_SUMMARY_LENGTH ? text : `${text.slice(0, MAX_SUMMARY_LENGTH)}…`;
}
