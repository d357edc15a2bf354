import { reasonOf } from '../../workers/reason-of';
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
    throw new StackError(`${reasonOf(error)}\n\n${usage}`);
  }
}
