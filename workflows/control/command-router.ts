import { condition, setHandler, type ChildWorkflowHandle, type Workflow } from '@temporalio/workflow';
import { invalid, parseCommand, type Command, type CommandKind, type CommandResult } from './commands';
import {
  answerSignal,
  commandSignal,
  pauseUpdate,
  resumeUpdate,
  setRateUpdate,
  skipUpdate,
  stopUpdate,
} from '../messages';
import { STAGES, type StageName } from './progress';

type Parts = Readonly<Partial<Record<StageName, ChildWorkflowHandle<Workflow>>>>;
type Answers = Readonly<Partial<Record<StageName, CommandResult>>>;

/** How the pipeline stands after a command, and each part that was asked. */
export interface PipelineCommandResult extends CommandResult {
  readonly parts: Answers;
}

/** A stop as a person asked for it. */
export interface Stop {
  /** Whether what is published is brought to its end and proven. */
  readonly drain: boolean;
}

/**
 * The operator's hands on the pipeline: each command is handed to the parts it concerns, and the update answers when
 * all of them have acknowledged it.
 *
 * `pause` and `resume` go to all parts or to the one named by `part`; `skip` names one by `part`.
 */
export class CommandRouter {
  stop: Stop | null = null;
  #parts: Parts | null = null;
  readonly #ended = new Set<StageName>();
  readonly #answers = new Map<string, CommandResult>();
  #commands = 0;

  constructor() {
    setHandler(answerSignal, (number, stage, standing) => {
      this.#answers.set(`${number}/${stage}`, standing);
    });
    const updates = {
      pause: pauseUpdate,
      resume: resumeUpdate,
      setRate: setRateUpdate,
      stop: stopUpdate,
      skip: skipUpdate,
    };
    for (const kind of Object.keys(updates) as CommandKind[]) {
      setHandler(updates[kind], (input?: unknown) => this.#obey(kind, input), {
        validator: (input?: unknown) => {
          parseCommand(kind, input, ['part']);
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
      const gone = (): void => {
        this.#ended.add(stage);
      };
      parts[stage]?.result().then(gone, gone);
    }
  }

  async #obey(kind: CommandKind, input: unknown): Promise<PipelineCommandResult> {
    const command = parseCommand(kind, input, ['part']);
    const named = partOf(kind, input);
    await condition(() => this.#parts !== null);
    if (command.kind === 'stop') this.stop = { drain: command.drain };
    const asked = concerned(kind, named).filter((stage) => this.#parts?.[stage] !== undefined);
    if (asked.length === 0 && kind !== 'stop') {
      throw invalid(kind, ['part: expected a part of this pipeline; others write its raw topic, so it has no source']);
    }
    const parts = await this.#forward(asked, command);
    const refused = Object.entries(parts).flatMap(([stage, { refused: why }]) =>
      why === undefined ? [] : [`${stage}: ${why}`],
    );
    if (refused.length > 0) throw invalid(kind, refused);
    const states = Object.values(parts).map(({ state }) => state);
    const state = command.kind === 'stop' ? 'STOPPING' : (states.find((seen) => seen !== 'ENDED') ?? 'ENDED');
    return { state, parts };
  }

  async #forward(asked: readonly StageName[], command: Command): Promise<Answers> {
    const number = ++this.#commands;
    const answered = (stage: StageName): boolean => this.#answers.has(`${number}/${stage}`) || this.#ended.has(stage);
    for (const stage of asked) {
      if (this.#ended.has(stage)) continue;
      try {
        await this.#parts?.[stage]?.signal(commandSignal, number, command);
      } catch {
        this.#ended.add(stage);
      }
    }
    await condition(() => asked.every(answered));
    const entries = asked.map((stage): [StageName, CommandResult] => {
      const key = `${number}/${stage}`;
      const standing = this.#answers.get(key) ?? { state: 'ENDED' as const };
      this.#answers.delete(key);
      return [stage, standing];
    });
    return Object.fromEntries(entries);
  }
}

/** To whom a command goes. */
function concerned(kind: CommandKind, named: StageName | null): readonly StageName[] {
  if (named !== null) return [named];
  return kind === 'setRate' || kind === 'stop' ? ['source'] : STAGES;
}

/** @throws InvalidInput when `part` is not one, or is missing where one must be named */
function partOf(kind: CommandKind, input: unknown): StageName | null {
  const named = (input as { readonly part?: unknown } | null | undefined)?.part;
  if (named === undefined && kind !== 'skip') return null;
  const part = STAGES.find((stage) => stage === named);
  if (part === undefined) throw invalid(kind, [`part: expected one of ${STAGES.join(', ')}, got ${String(named)}`]);
  return part;
}
