import { ConfigError } from '../../workers/config';
import { PipelineFailed } from '../../workers/start-pipeline';
import { Interrupted } from './interruption';
import { StackError } from './stack-error';

/** What shells expect of a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;

/** Ends this process with the status that a command returns, or prints why it failed. */
export async function exitWith(command: Promise<number>): Promise<never> {
  const status = await command.catch((error: unknown) => {
    if (error instanceof Interrupted) return INTERRUPTED;
    // Their messages say it all; of anything else the stack trace is needed.
    const isClear = [StackError, ConfigError, PipelineFailed].some((kind) => error instanceof kind);
    console.error(isClear ? (error as Error).message : error);
    return 1;
  });
  process.exit(status);
}
