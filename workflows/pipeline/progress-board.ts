import { log, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { PipelinePlan } from '../../activities/contracts/plan';
import { progressQuery, stageTotalsSignal } from '../messages';
import type { CommandRouter } from '../control/command-router';
import {
  NO_TOTALS,
  pipelineAttention,
  toDetails,
  toProgress,
  updateCommand,
  type Attention,
  type Phase,
  type PipelineProgress,
  type StageName,
  type StageTotals,
} from '../control/progress';

/** Progress of all stages: updated by their signals, returned by the `progress` query and shown in the Web UI. */
export class ProgressBoard {
  #phase: Phase = 'preparing';
  #stages: Record<StageName, StageTotals> = {
    source: NO_TOTALS,
    spark: NO_TOTALS,
    readings: NO_TOTALS,
    windows: NO_TOTALS,
    deadLetters: NO_TOTALS,
  };

  readonly #attention = new Map<StageName, readonly Attention[]>();

  constructor(
    private readonly plan: PipelinePlan,
    private readonly router: CommandRouter,
  ) {
    setHandler(progressQuery, () => this.#progress());
    setHandler(stageTotalsSignal, (stage, totals, attention) => {
      this.#stages = { ...this.#stages, [stage]: totals };
      this.#attention.set(stage, attention);
      this.#show();
    });
  }

  enter(phase: Phase): void {
    this.#phase = phase;
    log.info('phase entered', { pipeline: this.plan.name, phase });
    this.#show();
  }

  #progress(): PipelineProgress {
    const parts = [...this.#attention.values()].flat();
    const attention = pipelineAttention(parts, this.router.running, updateCommand('resume'));
    return toProgress(this.plan, this.#phase, this.#stages, attention);
  }

  #show(): void {
    setCurrentDetails(toDetails(this.#progress()));
  }
}
