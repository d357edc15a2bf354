import { ActivityCancellationType, CancellationScope, isCancellation, scheduleActivity } from '@temporalio/workflow';
import type { IndexLaneInput, IndexLaneResult, LanePositions } from '../../activities/indexing/lane';
import { UNTIL_SHOWN } from '../control/activity-failure';
import { conditionOrTimeout } from '../control/condition-or-timeout';
import { INDEXING, LANE_PACE } from '../policies';

/** Long, since a lane loses some moments when another worker takes it over; short, so that a new worker gets its share. */
const LANE_MS = 600_000;
/** Cancelling an activity that ends at the same moment is a conflict, for which a server repeats the workflow task. */
const INTERRUPT_MS = 200;
const MAX_SUMMARY_LENGTH = 150;

/** What all lanes of a topic have in common. */
export type LaneSettings = Pick<
  IndexLaneInput,
  'topic' | 'alias' | 'sink' | 'deadLetterTopic' | 'mirrorGroup' | 'maxDeadLetterRatio'
>;

/** One activity that indexes a share of the partitions of a topic; what must change while it runs interrupts it. */
export class Lane {
  #running: CancellationScope | null = null;

  constructor(
    private readonly settings: LaneSettings,
    private readonly taskQueue: string,
    /** Whether the run has no end. */
    private readonly isLive: boolean,
  ) {}

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Lets the activity end soon, with what it has indexed. */
  interrupt(): void {
    const scope = this.#running;
    if (scope !== null) void this.#cancel(scope).catch(() => undefined);
  }

  async #cancel(scope: CancellationScope): Promise<void> {
    await conditionOrTimeout(() => this.#running !== scope, INTERRUPT_MS);
    if (this.#running === scope) scope.cancel();
  }

  /** @returns null if it was interrupted and has no result */
  async run(
    input: Pick<IndexLaneInput, 'from' | 'until' | 'partitions' | 'ageMs' | 'maxDeadLetterRatio'>,
    maximumAttempts: number,
    isFailing: boolean,
  ): Promise<IndexLaneResult | null> {
    const { heartbeat, heartbeatTimeout } = LANE_PACE[this.isLive ? 'live' : 'bounded'];
    const options = {
      ...INDEXING,
      ...(isFailing ? {} : UNTIL_SHOWN),
      taskQueue: this.taskQueue,
      heartbeatTimeout,
      retry: { ...INDEXING.retry, maximumAttempts },
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary: summaryOf(input.from),
    };
    const scope = new CancellationScope();
    this.#running = scope;
    const args: [IndexLaneInput] = [{ ...this.settings, ...input, heartbeat, maxMs: LANE_MS }];
    try {
      return await scope.run(() => scheduleActivity<IndexLaneResult>('indexLane', args, options));
    } catch (error) {
      const isInterrupted = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
      if (isInterrupted && isCancellation(error)) return null;
      throw error;
    } finally {
      this.#running = null;
    }
  }
}

/** Which partitions from which offsets, for the timeline in the Web UI. */
function summaryOf(from: LanePositions): string {
  const places = Object.entries(from).map(([partition, { next }]) => `${partition} from ${next}`);
  const text = `partition ${places.join(', ')}`;
  return text.length <= MAX_SUMMARY_LENGTH ? text : `${text.slice(0, MAX_SUMMARY_LENGTH)}…`;
}
