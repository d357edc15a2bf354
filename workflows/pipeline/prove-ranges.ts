import {
  ActivityFailure,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { PipelinePlan } from '../../activities/contracts/plan';
import type { ClosedRange, RangeOffsets, RangeVerdict } from '../../activities/contracts/proof-range';
import type { PreparedTopics } from '../../activities/preparation/prepare-topics';
import { shownFailure } from '../control/activity-failure';
import { cliOptions } from '../control/cli-options';
import { continueAfterHandlers, isHistoryFull } from '../control/continue-as-new';
import { operationActivities } from '../control/operation';
import type { Attention, EarlierRanges, ProofProgress } from '../control/progress';
import { proofProgressQuery, proofSignal } from '../messages';
import { WHOLE_RUN } from '../policies';
import { firstOffsets, hasRaw, rangeRequest } from './proof';

/** More ranges that are not reconciled are counted and not listed. */
const MAX_SHOWN = 5;
/** The least pause between two proofs, as a share of the interval: a proof that takes longer must not fill all time. */
const LEAST_PAUSE = 0.5;

export interface ProveRangesInput {
  readonly plan: PipelinePlan & { readonly prove: NonNullable<PipelinePlan['prove']> };
  readonly prepared: PreparedTopics;
  /** State of the execution before this one. */
  readonly carried?: CarriedProof;
}

interface CarriedProof {
  /** Where the next range begins. */
  from: RangeOffsets;
  windowsFromMs: number | null;
  /** When the end of the latest range with records was taken. */
  lastMs: number;
  /** Number of the latest range. */
  last: number;
  /** The first range that is retained. */
  oldest: number;
  /** By number of each retained range, when it was last tried to be proven. */
  readonly provenMs: Record<string, number>;
  untilMs: number | null;
  /** Why ranges are not reconciled, by number. */
  readonly unproven: Record<string, string>;
}

/**
 * Proves a run without end range by range while it runs, until it is cancelled.
 *
 * A range is what Spark has committed since the one before. The last ones are proven again every time, and of the earlier
 * ones that which was proven longest ago, so that what is changed later is found. A range that is not reconciled is shown in the
 * pipeline as UNPROVEN, and the run goes on; it is shown no longer once it is reconciled.
 */
export async function proveRanges(input: ProveRangesInput): Promise<void> {
  const proof = new RangeProof(input);
  const { everyMs } = input.plan.prove;
  let startedMs = Date.now();
  while (!isHistoryFull()) {
    await sleep(Math.max(everyMs - (Date.now() - startedMs), everyMs * LEAST_PAUSE));
    startedMs = Date.now();
    await proof.proveOnce();
  }
  await continueAfterHandlers<typeof proveRanges>(() => [{ ...input, carried: proof.carried }]);
}

class RangeProof {
  readonly carried: CarriedProof;
  readonly #activities: Pick<Activities, 'closeRange' | 'proveRange' | 'proveRangeAgain'>;
  #shown = '';

  constructor(private readonly input: ProveRangesInput) {
    const { plan, prepared, carried } = input;
    const nothing = { windowsFromMs: null, lastMs: 0, last: 0, oldest: 1, untilMs: null };
    this.carried = carried ?? { ...nothing, from: firstOffsets(plan, prepared), provenMs: {}, unproven: {} };
    const activities = operationActivities('proof');
    this.#activities = activities.proxy({ ...WHOLE_RUN, taskQueue: plan.ioTaskQueue });
    setHandler(proofProgressQuery, () => {
      const progress = this.#progress;
      const proven = numbersFrom(this.carried.oldest, this.carried.last).flatMap((number) => this.#proven(number));
      return { ...progress, proven, attention: [...activities.attention, ...progress.attention] };
    });
  }

  /** Proves what has come since the last time, and earlier ranges again. */
  async proveOnce(): Promise<void> {
    const known = this.carried.last;
    const closedMs = await this.#proveNext();
    for (const number of this.#earlier(known)) await this.#proveAgain(number);
    const isProven = Object.keys(this.carried.unproven).length === 0;
    if (isProven && closedMs !== null) this.carried.untilMs = closedMs;
    await this.#report();
  }

  /** @returns up to when everything published is proven if nothing is wrong; null if a stage was not ready */
  async #proveNext(): Promise<number | null> {
    const { carried, input } = this;
    const { name, run, topics, prove } = input.plan;
    const stages = stagesOf(name);
    const asked = { topics, stages, from: carried.from, isFirst: carried.last === 0, maxWaitMs: prove.everyMs };
    const closed = await this.#activities.closeRange(asked);
    if ('waitsFor' in closed) {
      log.info('range not closed', { run, ...closed });
      return null;
    }
    const hasRecords = hasRaw(closed.from, closed.to);
    // The windows of the last records close only after a while.
    if (hasRecords || (carried.windowsFromMs ?? carried.lastMs) < carried.lastMs) await this.#proveRange(closed);
    if (hasRecords) carried.lastMs = closed.closedMs;
    return closed.closedMs;
  }

  async #proveRange({ closedMs, from, to }: ClosedRange): Promise<void> {
    const { carried, input } = this;
    const { rules, ioTaskQueue: proofTaskQueue } = input.plan;
    const { windowsFromMs } = carried;
    const openMs = closedMs - rules.allowedLatenessMs - rules.maxClockSkewMs;
    const windowsToMs = Math.max(Math.floor(openMs / rules.windowMs) * rules.windowMs, windowsFromMs ?? 0);
    const number = ++carried.last;
    const request = rangeRequest(input.plan, from, to, { number, closedMs, windowsFromMs, windowsToMs });
    const verdict = await this.#verdict(number, () => this.#activities.proveRange({ request, proofTaskQueue }));
    // What nobody could read is read from the same place again, since it may have something of the next range.
    const { enriched, deadLetter } = verdict?.next ?? from;
    carried.from = { ...to, enriched, deadLetter };
    carried.windowsFromMs = verdict?.next.windowsFromMs ?? windowsFromMs;
  }

  /** Of the ranges up to `known`, the last ones and the one of the others that was proven longest ago. */
  #earlier(known: number): readonly number[] {
    const firstAgain = this.#firstAgain(known);
    const [longestAgo] = this.#byAge(firstAgain);
    const again = numbersFrom(firstAgain, known);
    return longestAgo === undefined ? again : [longestAgo, ...again];
  }

  #firstAgain(known: number): number {
    return Math.max(this.carried.oldest, known - this.input.plan.prove.again + 1);
  }

  /** The retained ranges before another one, that first which was proven longest ago. */
  #byAge(before: number): readonly number[] {
    const { oldest, provenMs } = this.carried;
    return numbersFrom(oldest, before - 1).sort((one, other) => (provenMs[one] ?? 0) - (provenMs[other] ?? 0));
  }

  async #proveAgain(number: number): Promise<void> {
    const { aliases, run } = this.input.plan;
    const verdict = await this.#verdict(number, () =>
      this.#activities.proveRangeAgain({ runs: aliases.runs, run, number }),
    );
    if (verdict !== null) return;
    // Kafka no longer has it, nor any before it.
    this.carried.oldest = Math.max(this.carried.oldest, number + 1);
    for (const byNumber of [this.carried.unproven, this.carried.provenMs]) {
      for (const gone of Object.keys(byNumber).filter((each) => Number(each) <= number)) {
        Reflect.deleteProperty(byNumber, gone);
      }
    }
  }

  /** Takes down what is wrong with a range. @returns undefined if it cannot be proven */
  async #verdict<Verdict extends Omit<RangeVerdict, 'next'> | null>(
    number: number,
    prove: () => Promise<Verdict>,
  ): Promise<Verdict | undefined> {
    const { unproven } = this.carried;
    try {
      const verdict = await prove();
      if (verdict?.reconciled === false) unproven[number] = `is not reconciled: ${kindsOf(verdict.discrepancies)}`;
      else Reflect.deleteProperty(unproven, number);
      return verdict;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      unproven[number] = `cannot be proven: ${shownFailure(error).reason}`;
      return undefined;
    } finally {
      this.carried.provenMs[number] = Date.now();
      if (number in unproven) await this.#report();
    }
  }

  get #progress(): ProofProgress {
    const { untilMs, last, unproven } = this.carried;
    const firstAgain = this.#firstAgain(last);
    const numbers = Object.keys(unproven).map(Number);
    return {
      provenUntil: untilMs === null ? null : new Date(untilMs).toISOString(),
      ranges: last,
      unproven: numbers.length,
      latest: numbersFrom(firstAgain, last).flatMap((number) => this.#proven(number)),
      earlier: this.#earlierRanges(firstAgain),
      attention: numbers.slice(-MAX_SHOWN).map((number) => this.#attentionTo(number)),
    };
  }

  #earlierRanges(firstAgain: number): EarlierRanges | null {
    const numbers = this.#byAge(firstAgain);
    const [longestAgo] = numbers.flatMap((number) => this.#proven(number));
    if (longestAgo === undefined) return null;
    const turnMs = numbers.length * this.input.plan.prove.everyMs;
    return { first: this.carried.oldest, last: firstAgain - 1, provenAt: longestAgo.provenAt, turnMs };
  }

  /** Empty for a range that nobody has tried to prove yet. */
  #proven(number: number): ProofProgress['latest'] {
    const ms = this.carried.provenMs[number];
    return ms === undefined ? [] : [{ number, provenAt: new Date(ms).toISOString() }];
  }

  #attentionTo(number: number): Attention {
    const { name } = this.input.plan;
    const shown = `--workflow-id reconcile/${name}/range-${number} --input '{"name":"${name}","range":${number}}'`;
    return {
      ...{ stage: 'proof', state: 'UNPROVEN', partition: null },
      reason: `range ${number} ${this.carried.unproven[number] ?? ''}`,
      command: `temporal workflow execute${cliOptions()} --type reconcile --task-queue ${workflowInfo().taskQueue} ${shown}`,
    };
  }

  /** Tells the pipeline if something has changed. */
  async #report(): Promise<void> {
    const { parent } = workflowInfo();
    const progress = this.#progress;
    const text = JSON.stringify(progress);
    if (parent === undefined || text === this.#shown) return;
    this.#shown = text;
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(proofSignal, progress);
    } catch {
      // The parent has ended; its cancellation of this child is on the way.
    }
  }
}

function numbersFrom(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

function stagesOf(name: string) {
  const index = `pipeline/${name}/index`;
  return {
    spark: `pipeline/${name}/spark`,
    readings: `${index}/readings`,
    windows: `${index}/windows`,
    deadLetters: `${index}/deadLetters`,
  };
}

function kindsOf(discrepancies: RangeVerdict['discrepancies']): string {
  return Object.entries(discrepancies)
    .map(([kind, number]) => `${number} × ${kind}`)
    .join(', ');
}
