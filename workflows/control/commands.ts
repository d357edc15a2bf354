import type { ApplicationFailure } from '@temporalio/workflow';
import { pipelineFailure } from '../../activities/contracts/failures';

/** The commands of a person to a running part. */
export type Command =
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume' }
  | { readonly kind: 'setRate'; readonly ratePerSecond: number | null }
  | { readonly kind: 'stop'; readonly drain: boolean }
  | { readonly kind: 'skip'; readonly partition: string; readonly to: string; readonly reason: string };

export type CommandKind = Command['kind'];

/** State of a part after a command. */
export interface CommandResult {
  readonly state: 'RUNNING' | 'PAUSED' | 'STOPPING' | 'ENDED';
  /** One sentence with more details than the state. */
  readonly note?: string;
  /** Why the command was not carried out. */
  readonly refused?: string;
}

const MAX_RATE_PER_SECOND = 1_000_000;
const OFFSET = /^\d{1,19}$/;

/** What each field of a command's input must be. */
type Fields = Readonly<Record<string, { readonly expected: string; readonly fits: (value: unknown) => boolean }>>;

const reason = { expected: 'a text of 1 to 200 characters', fits: isReason };
const FIELDS: Readonly<Record<CommandKind, Fields>> = {
  pause: { reason: { ...reason, fits: (value) => value === undefined || isReason(value) } },
  resume: {},
  setRate: {
    ratePerSecond: {
      expected: `a number above 0 and up to ${MAX_RATE_PER_SECOND}, or null for no limit`,
      fits: (value) => value === null || (typeof value === 'number' && value > 0 && value <= MAX_RATE_PER_SECOND),
    },
  },
  stop: { drain: { expected: 'true or false', fits: (value) => value === undefined || typeof value === 'boolean' } },
  skip: {
    partition: { expected: 'a partition number', fits: (value) => OFFSET.test(String(value)) },
    to: { expected: 'an offset, as a string of digits', fits: (value) => OFFSET.test(String(value)) },
    reason,
  },
};

/**
 * Checks the input of a command. zod is not used here, so that it stays out of the workflow bundle.
 *
 * @param also - fields that the caller reads itself
 * @throws InvalidInput naming every bad field, what was expected and what came
 */
export function parseCommand(kind: CommandKind, input: unknown, also: readonly string[] = []): Command {
  const given = asObject(kind, input);
  const fields = FIELDS[kind];
  const unknown = Object.keys(given).filter((name) => !(name in fields) && !also.includes(name));
  const problems = [
    ...unknown.map((name) => `${name}: unknown field; expected one of: ${Object.keys(fields).join(', ') || 'none'}`),
    ...Object.entries(fields)
      .filter(([name, { fits }]) => !fits(given[name]))
      .map(([name, { expected }]) => `${name}: expected ${expected}, got ${shown(given[name])}`),
  ];
  if (problems.length > 0) throw invalidCommand(kind, problems);
  return toCommand(kind, given);
}

export function invalidCommand(kind: CommandKind, problems: readonly string[]): ApplicationFailure {
  return pipelineFailure('InvalidInput', `${kind} was not carried out: ${problems.join('; ')}.`);
}

function asObject(kind: CommandKind, input: unknown): Record<string, unknown> {
  if (input === undefined || input === null) return {};
  if (typeof input === 'object' && !Array.isArray(input)) return { ...input };
  throw invalidCommand(kind, [`expected a JSON object, got ${JSON.stringify(input)}`]);
}

function toCommand(kind: CommandKind, given: Record<string, unknown>): Command {
  switch (kind) {
    case 'pause':
      return { kind, reason: typeof given['reason'] === 'string' ? given['reason'] : 'by hand' };
    case 'resume':
      return { kind };
    case 'setRate':
      return { kind, ratePerSecond: given['ratePerSecond'] as number | null };
    case 'stop':
      return { kind, drain: given['drain'] !== false };
    case 'skip':
      return {
        kind,
        partition: String(given['partition']),
        to: String(given['to']),
        reason: String(given['reason']),
      };
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function isReason(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= 200;
}
