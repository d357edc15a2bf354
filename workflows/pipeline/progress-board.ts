import type { SearchAttributePair } from '@temporalio/common';
import { log, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { LatencySummary } from '../../activities/contracts/latency';
import type { PipelinePlan } from '../../activities/contracts/plan';
import { SEARCH_ATTRIBUTES } from '../../activities/contracts/search-attributes';
import { attentionSignal, progressQuery, proofSignal, stageTotalsSignal } from '../messages';
import type { CommandRouter } from '../control/command-router';
import { FailingActivities } from '../control/failing-activities';
import { FloodWatch, type FloodSources } from './flood-watch';
import {
  laggingAttention,
  NO_TOTALS,
  pipelineAttention,
  proofTexts,
  resumeCommand,
  STAGES,
  toDetails,
  toProgress,
  type Attention,
  type Phase,
  type PipelineProgress,
  type ProofProgress,
  type StageName,
  type StageTotals,
} from '../control/progress';

/** Progress of all stages: updated by their signals, returned by the `progress` query and shown in the Web UI. */
export class ProgressBoard {
  #phase: Phase = 'preparing';
  #stages = Object.fromEntries(STAGES.map((stage) => [stage, NO_TOTALS])) as Record<StageName, StageTotals>;
  readonly #attention = new Map<Attention['stage'], readonly Attention[]>();
  #floods: FloodWatch | null = null;
  #shown: readonly SearchAttributePair[] = [];
  #proof: ProofProgress | null = null;
  #latency: LatencySummary | null = null;
  /** Windows that hold readings of other runs too; 0 until the readings of this run are indexed. */
  windowsRecomputed = 0;
  /** The pipeline's own activities. */
  readonly activities: FailingActivities = new FailingActivities('pipeline', () => {
    this.#attention.set('pipeline', this.activities.attention);
    this.#show();
  });

  constructor(
    private readonly plan: PipelinePlan,
    private readonly router: CommandRouter,
  ) {
    router.onResume = this.activities.release;
    setHandler(progressQuery, () => this.#progress());
    setHandler(attentionSignal, (operation, attention) => {
      this.#attention.set(operation, attention);
      this.#show();
    });
    setHandler(proofSignal, (proof) => {
      this.#proof = proof;
      this.#show();
    });
    setHandler(stageTotalsSignal, (stage, totals, attention, latency = null) => {
      if (stage === 'readings') this.#latency = latency;
      this.#stages = { ...this.#stages, [stage]: totals };
      this.#attention.set(stage, attention);
      this.#floods?.observe(this.#stages);
      this.#show();
    });
  }

  watchFloods(sources: FloodSources): void {
    this.#floods = new FloodWatch(sources, () => {
      this.#show();
    });
  }

  /** How far a run without end was proven while it ran, for its report. */
  get proofNotes(): readonly string[] {
    const proof = this.#shownProof;
    return proof === null ? [] : [`Proven while it ran: ${proofTexts(proof).join('; ')}.`];
  }

  enter(phase: Phase): void {
    this.#phase = phase;
    log.info('phase entered', { pipeline: this.plan.name, phase });
    this.#show();
  }

  #progress(): PipelineProgress {
    const lagging = laggingAttention(this.#latency, this.plan.maxLagMs ?? null);
    const others = [this.#floods?.attention ?? [], this.#proof?.attention ?? [], lagging];
    const parts = [...this.#attention.values(), ...others].flat();
    const attention = pipelineAttention(parts, this.router.running, resumeCommand());
    return toProgress(this.plan, this.#phase, this.#stages, attention, this.windowsRecomputed, {
      proof: this.#shownProof,
      latency: this.#latency,
    });
  }

  get #shownProof(): PipelineProgress['proof'] {
    if (this.#proof === null) return null;
    const { provenUntil, ranges, unproven, latest, earlier } = this.#proof;
    return { provenUntil, ranges, unproven, latest, earlier };
  }

  #show(): void {
    const progress = this.#progress();
    setCurrentDetails(toDetails(progress));
    if (this.plan.searchAttributes) this.#upsert(progress);
  }

  /** Only what has changed, since each change is billed. */
  #upsert({ name, phase, state, attention }: PipelineProgress): void {
    const stage = attention.find((shown) => shown.state === state)?.stage ?? phase;
    const current = [
      { key: SEARCH_ATTRIBUTES.name, value: name },
      { key: SEARCH_ATTRIBUTES.state, value: state },
      { key: SEARCH_ATTRIBUTES.stage, value: stage },
    ];
    const changed = current.filter(({ value }, index) => value !== this.#shown[index]?.value);
    if (changed.length > 0) upsertSearchAttributes(changed);
    this.#shown = current;
  }
}
