import { condition, setHandler, type ChildWorkflowHandle, type Workflow } from '@temporalio/workflow';
import { answerSignal, commandSignal, commandUpdate } from '../messages';
import {
  COMMAND_KINDS,
  invalidCommand,
  parseCommand,
  type Command,
  type CommandKind,
  type CommandResult,
} from './commands';
import { STAGES, type StageName } from './progress';

type Parts = Readonly<Partial<Record<StageName, ChildWorkflowHandle<Workflow>>>>;
type Answers = Readonly<Partial<Record<StageName, CommandResult>>>;

/**
 * The commands to the pipeline: each is forwarded to the parts that it concerns, and the update returns when all of them
 * have acknowledged it.
 *
 * `pause` and `resume` go to all parts, or to the one named by `part`; `skip` requires `part`.
 */
export class CommandRouter {
  /** The command of an operator that ended the source, or with `drain` false all parts. */
  stop: Extract<Command, { kind: 'stop' }> | null = null;
  /** Tries what is parked in the pipeline itself again. @returns whether something was */
  onResume: () => boolean = () => false;
  #parts: Parts | null = null;
  readonly #ended = new Set<StageName>();
  readonly #answers = new Map<string, CommandResult>();
  #commands = 0;

  constructor() {
    setHandler(answerSignal, (number, stage, result) => {
      this.#answers.set(`${number}/${stage}`, result);
    });
    for (const kind of COMMAND_KINDS) {
      setHandler(commandUpdate(kind), (input?: unknown) => this.#carryOut(kind, input), {
        validator: (input?: unknown) => {
          parsePipelineCommand(kind, input);
          partOf(kind, input);
        },
      });
    }
  }

  /** The parts that have not ended; none before they are attached. */
  get running(): readonly StageName[] {
    return STAGES.filter((stage) => this.#parts?.[stage] !== undefined && !this.#ended.has(stage));
  }

  /** From now on commands reach these parts. */
  attach(parts: Parts): void {
    this.#parts = parts;
    for (const stage of Object.keys(parts) as StageName[]) {
      const ended = (): void => {
        this.#ended.add(stage);
      };
      parts[stage]?.result().then(ended, ended);
    }
  }

  async #carryOut(kind: CommandKind, input: unknown): Promise<CommandResult & { readonly parts: Answers }> {
    const command = parsePipelineCommand(kind, input);
    const named = partOf(kind, input);
    if (kind === 'resume' && named === null && this.#resumedEarly()) return { state: 'RUNNING', parts: {} };
    await condition(() => this.#parts !== null);
    if (command.kind === 'stop') this.stop = command;
    const receivers = receiversOf(kind, named).filter((stage) => this.#parts?.[stage] !== undefined);
    if (receivers.length === 0 && kind !== 'stop') {
      const problem = 'this pipeline has no source: it reads an existing topic';
      throw invalidCommand(kind, [problem]);
    }
    const parts = await this.#forward(receivers, command);
    const refused = Object.entries(parts).flatMap(([stage, { refused: why }]) =>
      why === undefined ? [] : [`${stage}: ${why}`],
    );
    if (refused.length > 0) throw invalidCommand(kind, refused);
    const states = Object.values(parts).map(({ state }) => state);
    const state = command.kind === 'stop' ? 'STOPPING' : (states.find((seen) => seen !== 'ENDED') ?? 'ENDED');
    return { state, parts };
  }

  /** Whether this resumed a pipeline that is not prepared yet and has no parts. */
  #resumedEarly(): boolean {
    return this.onResume() && this.#parts === null;
  }

  async #forward(receivers: readonly StageName[], command: Command): Promise<Answers> {
    const number = ++this.#commands;
    const answerOf = (stage: StageName): CommandResult | undefined =>
      this.#answers.get(`${number}/${stage}`) ?? (this.#ended.has(stage) ? { state: 'ENDED' } : undefined);
    for (const stage of receivers) {
      if (this.#ended.has(stage)) continue;
      try {
        await this.#parts?.[stage]?.signal(commandSignal, number, command);
      } catch {
        this.#ended.add(stage);
      }
    }
    await condition(() => receivers.every((stage) => answerOf(stage) !== undefined));
    return Object.fromEntries(receivers.map((stage) => [stage, answerOf(stage)]));
  }
}

/** A stop of the pipeline names no part: it ends the source, and the others follow. */
function parsePipelineCommand(kind: CommandKind, input: unknown): Command {
  return parseCommand(kind, input, kind === 'stop' ? [] : ['part']);
}

function receiversOf(kind: CommandKind, named: StageName | null): readonly StageName[] {
  if (named !== null) return [named];
  return kind === 'setRate' || kind === 'stop' ? ['source'] : STAGES;
}

/** @throws InvalidInput when `part` is not a stage, or is missing where it is required */
function partOf(kind: CommandKind, input: unknown): StageName | null {
  const named = (input as { readonly part?: unknown } | null | undefined)?.part;
  if (named === undefined && kind !== 'skip') return null;
  const part = STAGES.find((stage) => stage === named);
  if (part === undefined) {
    throw invalidCommand(kind, [`part: expected one of ${STAGES.join(', ')}, got ${String(named)}`]);
  }
  return part;
}
