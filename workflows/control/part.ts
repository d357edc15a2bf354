import { HandlerUnfinishedPolicy } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { LatencySummary } from '../../activities/contracts/latency';
import type { PartitionOffsets } from '../../activities/contracts/offsets';
import { reportIntervalMs } from '../../activities/contracts/report-interval';
import { answerSignal, commandSignal, commandUpdate, stageProgressQuery, stageTotalsSignal } from '../messages';
import { COMMAND_KINDS, invalidCommand, parseCommand, type Command, type CommandResult, type Skip } from './commands';
import { attentionTo, type Attention, type StageName, type StageProgress, type StageTotals } from './progress';

/** What an activity tells at the same interval may come a little early. */
const MIN_SHARE = 0.9;
/** Parked partitions in one report; the message stays under 4 KB. */
const MAX_ATTENTION = 5;

/** What a part shows, and what it supports besides pausing; a command without its entry is refused. */
export interface PartBehaviour {
  readonly startedMs: number;
  readonly totals: () => StageTotals;
  /** The next offset of each partition; null or absent if the part does not know it. */
  readonly checkpoint?: () => PartitionOffsets | null;
  /** Of the records of the last minute, from published to indexed. */
  readonly latency?: () => LatencySummary | null;
  /** What needs an operator besides a pause. */
  readonly attention?: () => readonly Attention[];
  readonly setRate?: (ratePerSecond: number | null) => void;
  /** Whether the part accepts the `stop` command. */
  readonly stop?: boolean;
  /** @returns why it is not possible, or null */
  readonly skip?: (skip: Skip) => string | null;
  readonly paused?: () => void;
  readonly resumed?: () => void;
}

/** Passed to the next execution by continue-as-new. */
export interface CarriedControls {
  readonly paused: string | null;
  readonly stopped: boolean;
}

/**
 * What all children of a pipeline share. It takes commands as updates of its own, and as signals that its parent
 * forwards; it answers the `progress` query, and reports to its parent from time to time.
 */
export class Part {
  #paused: string | null;
  #stopped: boolean;
  #reportedMs = 0;
  #reported: StageTotals | null = null;
  #reportedAttention = '[]';

  constructor(
    private readonly stage: StageName,
    private readonly behaviour: PartBehaviour,
    carried: CarriedControls = { paused: null, stopped: false },
  ) {
    this.#paused = carried.paused;
    this.#stopped = carried.stopped;
    setHandler(stageProgressQuery, () => this.#progress);
    for (const kind of COMMAND_KINDS) {
      setHandler(commandUpdate(kind), (input?: unknown) => this.#carryOut(parseCommand(kind, input)), {
        validator: (input?: unknown) => {
          const refused = this.#refusal(parseCommand(kind, input));
          if (refused !== null) throw invalidCommand(kind, [refused]);
        },
      });
    }
    // The parent takes the end of this workflow for an answer, so the workflow need not wait for the handler.
    setHandler(commandSignal, (number, command) => this.#answer(number, command), {
      unfinishedPolicy: HandlerUnfinishedPolicy.ABANDON,
    });
  }

  get paused(): boolean {
    return this.#paused !== null && !this.#stopped;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get carried(): CarriedControls {
    return { paused: this.#paused, stopped: this.#stopped };
  }

  /** Resolves when the part is no longer paused, or when `isEnding` returns true: the workflow is to continue as new. */
  async untilResumed(isEnding: () => boolean = () => false): Promise<void> {
    await condition(() => !this.paused || isEnding());
  }

  /** Reports if something has changed and the last report is old enough. */
  async reportIfDue(): Promise<void> {
    const nowMs = Date.now();
    const intervalMs = reportIntervalMs(nowMs - this.behaviour.startedMs);
    if (nowMs - this.#reportedMs >= intervalMs * MIN_SHARE) await this.report();
  }

  /** Reports if something has changed. A parent that has ended does not make the child fail. */
  async report(): Promise<void> {
    const { parent } = workflowInfo();
    const totals = this.behaviour.totals();
    const attention = this.#attention.slice(0, MAX_ATTENTION);
    const asText = JSON.stringify(attention);
    if (parent === undefined || (totals === this.#reported && asText === this.#reportedAttention)) return;
    this.#reportedMs = Date.now();
    this.#reported = totals;
    this.#reportedAttention = asText;
    try {
      const latency = this.behaviour.latency?.() ?? null;
      const pipeline = getExternalWorkflowHandle(parent.workflowId);
      await pipeline.signal(stageTotalsSignal, this.stage, totals, attention, latency);
    } catch {
      // The parent has ended; its cancellation of this child is on the way.
    }
  }

  /**
   * Carries out a command that the parent has forwarded, and answers it. A cancellation does not reach this: it would end
   * the workflow a second time, beside the main function, and the server refuses such a workflow task again and again.
   */
  async #answer(number: number, command: Command): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      const refused = this.#refusal(command);
      const result = refused === null ? await this.#carryOut(command) : { ...this.#state, refused };
      const { parent } = workflowInfo();
      if (parent === undefined) return;
      try {
        await getExternalWorkflowHandle(parent.workflowId).signal(answerSignal, number, this.stage, result);
      } catch {
        // The parent has ended; its cancellation of this child is on the way.
      }
    });
  }

  get #state(): CommandResult {
    if (this.#stopped) return { state: 'STOPPING' };
    return this.#paused === null ? { state: 'RUNNING' } : { state: 'PAUSED', note: this.#paused };
  }

  get #progress(): StageProgress {
    const checkpoint = this.behaviour.checkpoint?.() ?? null;
    return { ...this.behaviour.totals(), attention: this.#attention, ...(checkpoint !== null && { checkpoint }) };
  }

  get #attention(): readonly Attention[] {
    const { stage } = this;
    const pauses = this.paused
      ? [attentionTo({ stage, state: 'PAUSED', partition: null, reason: this.#paused ?? '' })]
      : [];
    return [...pauses, ...(this.behaviour.attention?.() ?? [])];
  }

  #refusal({ kind }: Command): string | null {
    const { setRate, stop, skip } = this.behaviour;
    if (kind === 'setRate' && setRate === undefined) return `${this.stage} has no rate`;
    if (kind === 'stop' && stop !== true) return `${this.stage} cannot be stopped by itself: stop the pipeline`;
    if (kind === 'skip' && skip === undefined) return `${this.stage} has no offsets to skip`;
    return null;
  }

  async #carryOut(command: Command): Promise<CommandResult> {
    log.info('command received', { stage: this.stage, ...command });
    const refused = this.#apply(command);
    if (refused !== null) return { ...this.#state, refused };
    await this.report();
    return this.#state;
  }

  #pause(reason: string): void {
    this.#paused = reason;
    this.behaviour.paused?.();
  }

  /** @returns why the command cannot be carried out, or null */
  #apply(command: Command): string | null {
    switch (command.kind) {
      case 'pause':
        this.#pause(command.reason);
        return null;
      case 'resume':
        this.#paused = null;
        this.behaviour.resumed?.();
        return null;
      case 'setRate':
        this.behaviour.setRate?.(command.ratePerSecond);
        return null;
      case 'stop':
        this.#stopped = true;
        return null;
      case 'skip':
        return this.behaviour.skip?.(command) ?? null;
    }
  }
}
