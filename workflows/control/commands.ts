import type { ApplicationFailure } from '@temporalio/workflow';
import { pipelineFailure } from '../../activities/contracts/failures';

/** The commands of an operator to a running part. */
export type Command =
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume' }
  | { readonly kind: 'setRate'; readonly ratePerSecond: number | null }
  | { readonly kind: 'stop'; readonly drain: boolean }
  | { readonly kind: 'skip'; readonly partition: string; readonly to: string; readonly reason: string };

export type CommandKind = Command['kind'];
export type Skip = Extract<Command, { kind: 'skip' }>;

/** State of a part after a command. */
export interface CommandResult {
  readonly state: 'RUNNING' | 'PAUSED' | 'STOPPING' | 'ENDED';
  /** One sentence with more details than the state. */
  readonly note?: string;
  /** Why the command was not carried out. */
  readonly refused?: string;
}

const MAX_RATE_PER_SECOND = 1_000_000;

/** A field of a command's input; `parse` returns undefined for what it must not be. */
interface Field {
  readonly expected: string;
  readonly parse: (value: unknown) => unknown;
}

const reason: Field = { expected: 'a text of 1 to 200 characters', parse: parseReason };
const FIELDS: Readonly<Record<CommandKind, Readonly<Record<string, Field>>>> = {
  pause: { reason: { ...reason, parse: (value = 'by hand') => parseReason(value) } },
  resume: {},
  setRate: {
    ratePerSecond: {
      expected: `a number above 0 and up to ${MAX_RATE_PER_SECOND}, or null for no limit`,
      parse: (value) =>
        value === null || (typeof value === 'number' && value > 0 && value <= MAX_RATE_PER_SECOND) ? value : undefined,
    },
  },
  stop: {
    drain: { expected: 'true or false', parse: (value = true) => (typeof value === 'boolean' ? value : undefined) },
  },
  skip: {
    partition: { expected: 'a partition number', parse: parseDigits },
    to: { expected: 'an offset, as a string of digits', parse: parseDigits },
    reason,
  },
};

export const COMMAND_KINDS = Object.keys(FIELDS) as readonly CommandKind[];

/**
 * Checks the input of a command. zod is not used here, so that it stays out of the workflow bundle.
 *
 * @param also - fields that the caller reads itself
 * @throws InvalidInput naming every bad field, what was expected and what came
 */
export function parseCommand(kind: CommandKind, input: unknown, also: readonly string[] = []): Command {
  const given = asObject(kind, input);
  const fields = FIELDS[kind];
  const known = [...also, ...Object.keys(fields)];
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const parsed = Object.entries(fields).map(([name, { parse }]) => [name, parse(given[name])] as const);
  const problems = [
    ...unknown.map((name) => `${name}: unknown field; expected one of: ${known.join(', ') || 'none'}`),
    ...parsed.flatMap(([name, value]) =>
      value === undefined ? [`${name}: expected ${fields[name]?.expected}, got ${shown(given[name])}`] : [],
    ),
  ];
  if (problems.length > 0) throw invalidCommand(kind, problems);
  return { kind, ...Object.fromEntries(parsed) } as Command;
}

export function invalidCommand(kind: CommandKind, problems: readonly string[]): ApplicationFailure {
  return pipelineFailure('InvalidInput', `${kind} was not carried out: ${problems.join('; ')}.`);
}

function asObject(kind: CommandKind, input: unknown): Record<string, unknown> {
  if (input === undefined || input === null) return {};
  if (typeof input === 'object' && !Array.isArray(input)) return { ...input };
  throw invalidCommand(kind, [`expected a JSON object, got ${JSON.stringify(input)}`]);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function parseReason(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined;
}

function parseDigits(value: unknown): string | undefined {
  return /^\d{1,19}$/.test(String(value)) ? String(value) : undefined;
}
