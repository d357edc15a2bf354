import { readFileSync } from 'node:fs';
import { reasonOf } from '../../workers/reason-of';
import { StackError } from './stack-error';

/** The two options of a command that takes an input. */
export interface InputOptions {
  readonly input?: string | undefined;
  readonly 'input-file'?: string | undefined;
}

/**
 * Returns the input that one of the options gives; undefined if none does.
 *
 * @param usage - of the command, for the message
 * @throws {@link StackError} when both are given, or the file cannot be read or is not JSON
 */
export function inputOf({ input, 'input-file': file }: InputOptions, usage: string): unknown {
  if (input !== undefined && file !== undefined) {
    throw new StackError(`Expected --input or --input-file, got both.\n\n${usage}`);
  }
  const text = file === undefined ? input : orThrow(`Cannot read ${file}`, () => readFileSync(file, 'utf8'));
  return orThrow(`${file ?? '--input'}: expected JSON`, () =>
    text === undefined ? undefined : (JSON.parse(text) as unknown),
  );
}

/** Returns the `source` of an input that nothing has checked yet; empty if there is none. */
export function sourceOf(input: unknown): Readonly<Record<string, unknown>> {
  const source: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'source') : undefined;
  return typeof source === 'object' && source !== null ? (source as Record<string, unknown>) : {};
}

/** Returns the topic that an input reads, if it reads one. */
export function sourceTopicOf(input: unknown): { sourceTopic?: string } {
  const { kind, topic } = sourceOf(input);
  return kind === 'topic' && typeof topic === 'string' ? { sourceTopic: topic } : {};
}

function orThrow<T>(problem: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new StackError(`${problem} (${reasonOf(error)})`);
  }
}
