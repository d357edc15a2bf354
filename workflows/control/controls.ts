import { condition, getExternalWorkflowHandle, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { answerSignal, commandSignal, commandUpdate } from '../messages';
import { COMMAND_KINDS, invalidCommand, parseCommand, type Command, type CommandResult, type Skip } from './commands';
import { attentionTo, type Attention, type StageName, type StageTotals } from './progress';
import { ProgressReporter } from './progress-reporter';

/** What a part shows, and what it supports besides pausing; a command without its entry is refused. */
export interface Part {
  readonly startedMs: number;
  readonly totals: () => StageTotals;
  /** What needs a person besides a pause. */
  readonly attention?: () => readonly Attention[];
  readonly setRate?: (ratePerSecond: number | null) => void;
  /** Whether the part accepts the `stop` command. */
  readonly stop?: boolean;
  /** @returns why it is not possible, or null */
  readonly skip?: (skip: Skip) => string | null;
  readonly resumed?: () => void;
}

/** Carried from execution to execution. */
export interface CarriedControls {
  readonly paused: string | null;
  readonly stopped: boolean;
}

/** The commands to one child: as updates of its own, and as signals that its parent forwards. */
export class Controls {
  readonly reporter: ProgressReporter;
  #paused: string | null;
  #stopped: boolean;

  constructor(
    private readonly stage: StageName,
    private readonly part: Part,
    carried: CarriedControls = { paused: null, stopped: false },
  ) {
    this.#paused = carried.paused;
    this.#stopped = carried.stopped;
    this.reporter = new ProgressReporter(stage, part.startedMs, part.totals, () => this.#attention);
    for (const kind of COMMAND_KINDS) {
      setHandler(commandUpdate(kind), (input?: unknown) => this.#carryOut(parseCommand(kind, input)), {
        validator: (input?: unknown) => {
          const refused = this.#refusal(parseCommand(kind, input));
          if (refused !== null) throw invalidCommand(kind, [refused]);
        },
      });
    }
    setHandler(commandSignal, async (number, command) => {
      const refused = this.#refusal(command);
      const result = refused === null ? await this.#carryOut(command) : { ...this.#state, refused };
      const { parent } = workflowInfo();
      if (parent !== undefined) {
        await getExternalWorkflowHandle(parent.workflowId).signal(answerSignal, number, stage, result);
      }
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

  get #state(): CommandResult {
    if (this.#stopped) return { state: 'STOPPING' };
    return this.#paused === null ? { state: 'RUNNING' } : { state: 'PAUSED', note: this.#paused };
  }

  get #attention(): readonly Attention[] {
    const pauses = this.paused ? [attentionTo(this.stage, 'PAUSED', null, this.#paused ?? '')] : [];
    return [...pauses, ...(this.part.attention?.() ?? [])];
  }

  /** Resolves when the part is no longer paused, or when `isEnding` returns true: the workflow is to continue as new. */
  async untilResumed(isEnding: () => boolean = () => false): Promise<void> {
    await condition(() => !this.paused || isEnding());
  }

  #refusal({ kind }: Command): string | null {
    const { setRate, stop, skip } = this.part;
    if (kind === 'setRate' && setRate === undefined) return `${this.stage} has no rate`;
    if (kind === 'stop' && stop !== true) return `${this.stage} ends when the parts before it have ended`;
    if (kind === 'skip' && skip === undefined) return `${this.stage} has no offsets to skip`;
    return null;
  }

  async #carryOut(command: Command): Promise<CommandResult> {
    log.info('command received', { stage: this.stage, ...command });
    const refused = this.#apply(command);
    if (refused !== null) return { ...this.#state, refused };
    await this.reporter.report();
    return this.#state;
  }

  /** @returns why the command cannot be carried out, or null */
  #apply(command: Command): string | null {
    switch (command.kind) {
      case 'pause':
        this.#paused = command.reason;
        return null;
      case 'resume':
        this.#paused = null;
        this.part.resumed?.();
        return null;
      case 'setRate':
        this.part.setRate?.(command.ratePerSecond);
        return null;
      case 'stop':
        this.#stopped = true;
        return null;
      case 'skip':
        return this.part.skip?.(command) ?? null;
    }
  }
}
