import { StackError } from './stack-error';

/**
 * Returns what `parse` makes of a command line.
 *
 * @throws {@link StackError} with the reason and the usage when it refuses an option
 */
export function parseArguments<T>(parse: () => T, usage: string): T {
  try {
    return parse();
  } catch (error) {
    throw new StackError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}
