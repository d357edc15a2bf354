import { log, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { PipelinePlan } from '../../activities/contracts/plan';
import { progressQuery, stageTotalsSignal } from '../messages';
import type { CommandRouter } from '../control/command-router';
import {
  NO_TOTALS,
  pipelineAttention,
  resumeCommand,
  STAGES,
  toDetails,
  toProgress,
  type Attention,
  type Phase,
  type PipelineProgress,
  type StageName,
  type StageTotals,
} from '../control/progress';

/** Progress of all stages: updated by their signals, returned by the `progress` query and shown in the Web UI. */
export class ProgressBoard {
  #phase: Phase = 'preparing';
  #stages = Object.fromEntries(STAGES.map((stage) => [stage, NO_TOTALS])) as Record<StageName, StageTotals>;
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
    const attention = pipelineAttention(parts, this.router.running, resumeCommand());
    return toProgress(this.plan, this.#phase, this.#stages, attention);
  }

  #show(): void {
    setCurrentDetails(toDetails(this.#progress()));
  }
}
