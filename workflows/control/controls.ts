import { condition, getExternalWorkflowHandle, log, setHandler, workflowInfo } from '@temporalio/workflow';
import { answerSignal, COMMAND_UPDATES, commandSignal } from '../messages';
import { invalidCommand, parseCommand, type Command, type CommandKind, type CommandResult } from './commands';
import { updateCommand, type Attention, type StageName } from './progress';

type Skip = Extract<Command, { kind: 'skip' }>;

/** What a part supports besides pausing; a command without its entry is refused. */
export interface PartControls {
  readonly setRate?: (ratePerSecond: number | null) => void;
  /** Whether the part accepts the `stop` command. */
  readonly stop?: boolean;
  /** @returns why it is not possible, or null */
  readonly skip?: (skip: Skip) => string | null;
  readonly resumed?: () => void;
  /** Reports to the parent that the state of the part has changed. */
  readonly changed: () => Promise<void>;
}

/** Carried from execution to execution. */
export interface CarriedControls {
  readonly paused: string | null;
  readonly stopped: boolean;
}

/** The commands to one child: as updates of its own, and as signals that its parent forwards. */
export class Controls {
  #paused: string | null;
  #stopped: boolean;

  constructor(
    private readonly stage: StageName,
    private readonly part: PartControls,
    carried: CarriedControls = { paused: null, stopped: false },
  ) {
    this.#paused = carried.paused;
    this.#stopped = carried.stopped;
    for (const kind of Object.keys(COMMAND_UPDATES) as CommandKind[]) {
      setHandler(COMMAND_UPDATES[kind], (input?: unknown) => this.#carryOut(parseCommand(kind, input)), {
        validator: (input?: unknown) => {
          const refused = this.#refusal(parseCommand(kind, input));
          if (refused !== null) throw invalidCommand(kind, [refused]);
        },
      });
    }
    setHandler(commandSignal, async (number, command) => {
      const refused = this.#refusal(command);
      const result = refused === null ? await this.#carryOut(command) : { ...this.state, refused };
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

  get state(): CommandResult {
    if (this.#stopped) return { state: 'STOPPING' };
    return this.#paused === null ? { state: 'RUNNING' } : { state: 'PAUSED', note: this.#paused };
  }

  get attention(): readonly Attention[] {
    if (!this.paused) return [];
    const reason = this.#paused ?? '';
    return [{ stage: this.stage, state: 'PAUSED', partition: null, reason, command: updateCommand('resume') }];
  }

  /** Resolves when the part is no longer paused, or when `isEnding` returns true: the workflow is to continue as new. */
  async untilResumed(isEnding: () => boolean = () => false): Promise<void> {
    await condition(() => !this.paused || isEnding());
  }

  #refusal(command: Command): string | null {
    switch (command.kind) {
      case 'pause':
      case 'resume':
        return null;
      case 'setRate':
        return this.part.setRate === undefined ? `${this.stage} has no rate` : null;
      case 'stop':
        return this.part.stop === true ? null : `${this.stage} ends when the parts before it have ended`;
      case 'skip':
        return this.part.skip === undefined ? `${this.stage} has no offsets to skip` : null;
    }
  }

  async #carryOut(command: Command): Promise<CommandResult> {
    log.info('command received', { stage: this.stage, ...command });
    switch (command.kind) {
      case 'pause':
        this.#paused = command.reason;
        break;
      case 'resume':
        this.#paused = null;
        this.part.resumed?.();
        break;
      case 'setRate':
        this.part.setRate?.(command.ratePerSecond);
        break;
      case 'stop':
        this.#stopped = true;
        break;
      case 'skip':
        return await this.#skip(command);
    }
    await this.part.changed();
    return this.state;
  }

  async #skip(skip: Skip): Promise<CommandResult> {
    const refused = this.part.skip?.(skip) ?? null;
    if (refused !== null) return { ...this.state, refused };
    await this.part.changed();
    return this.state;
  }
}
