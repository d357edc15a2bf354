import { condition, log, scheduleActivity, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import { failuresThat } from '../../activities/contracts/failures';
import { FIRST_ATTEMPTS, shownFailure, UNTIL_SHOWN, type ShownFailure } from './activity-failure';
import { attentionTo, type Attention } from './progress';

/** Attempts of the later rounds, about six minutes: in a long outage each of them adds few events to the history. */
const MAX_ATTEMPTS = 24;
/** For these the workflow fails: what was published or removed does not come back while it waits. */
const FAILING: ReadonlySet<string> = new Set([...failuresThat('fails'), ...failuresThat('parks until `resume`')]);

/**
 * Activities that are tried again until they succeed, and those of them that fail at present.
 *
 * Temporal retries an activity without telling its workflow. Therefore each call is a number of rounds: after the three
 * attempts of the first one the failure is shown as RETRYING, and the attempts go on. An activity that cannot succeed by
 * itself is shown as PARKED, and waits for `resume`. What an activity has passed to its last heartbeat is kept within a
 * round only.
 */
export class FailingActivities {
  readonly #failing = new Map<string, Attention>();
  #releases = 0;

  constructor(
    private readonly stage: Attention['stage'],
    /** Shows or reports that an activity fails, or does so no longer. */
    private readonly changed: () => Promise<void> | void,
  ) {}

  get attention(): readonly Attention[] {
    return [...this.#failing.values()];
  }

  /** Tries what is parked again, on the command of an operator. @returns whether something was */
  readonly release = (): boolean => {
    this.#releases += 1;
    return this.attention.some(({ state }) => state === 'PARKED');
  };

  /**
   * As `proxyActivities` of Temporal; a call fails only with a failure that fails the workflow.
   *
   * @param maxRounds - after which a call fails with any other failure too; it then never parks
   */
  proxy(options: ActivityOptions, maxRounds = Number.POSITIVE_INFINITY): Activities {
    return new Proxy({} as Activities, {
      get: (_activities, name) => {
        return (...input: unknown[]) => this.#call({ name: String(name), input, options, maxRounds });
      },
    });
  }

  async #call({ name, input, options, maxRounds }: Call): Promise<unknown> {
    for (let round = 1; ; round++) {
      const maximumAttempts = Math.min(FIRST_ATTEMPTS * 2 ** (round - 1), MAX_ATTEMPTS);
      const retry = { ...options.retry, maximumAttempts };
      const wait = round === 1 ? UNTIL_SHOWN : {};
      try {
        const result = await scheduleActivity(name, input, { ...options, ...wait, retry });
        await this.#clear(name);
        return result;
      } catch (error) {
        const failure = shownFailure(error, options.taskQueue);
        const isLast = round >= maxRounds || (failure.isFinal && Number.isFinite(maxRounds));
        if (isLast || FAILING.has(failure.type)) {
          await this.#clear(name);
          throw error;
        }
        await this.#show(name, failure);
      }
    }
  }

  async #clear(activity: string): Promise<void> {
    if (this.#failing.delete(activity)) await this.changed();
  }

  /** Waits for `resume` if trying again cannot help. */
  async #show(activity: string, { type, reason, isFinal }: ShownFailure): Promise<void> {
    const before = this.#releases;
    const state = isFinal ? 'PARKED' : 'RETRYING';
    log.warn('activity fails', { stage: this.stage, activity, state, type, reason });
    this.#failing.set(activity, attentionTo({ stage: this.stage, state, partition: null, reason }));
    await this.changed();
    if (isFinal) await condition(() => this.#releases !== before);
  }
}

interface Call {
  readonly name: string;
  readonly input: unknown[];
  readonly options: ActivityOptions;
  readonly maxRounds: number;
}
