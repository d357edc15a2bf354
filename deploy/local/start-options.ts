import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { StackError } from './stack-error';

const START_USAGE = `Usage: npm start -- [options]

  --name NAME          name of the pipeline; its workflow id is pipeline/NAME (demo)
  --input JSON         input of the workflow
  --input-file FILE    the same, from a file
  --report FILE        write the report there, as JSON
  --exit               stop everything after the run; the exit status is 0 only when it reconciles`;

export interface StartOptions {
  readonly name: string;
  /** Undefined: the defaults of the workflow. */
  readonly input: unknown;
  readonly reportFile: string | undefined;
  readonly exit: boolean;
}

/** @throws {@link StackError} when an option is not known, or the input is not JSON */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const { name, input, 'input-file': file, report, exit } = parsed(args);
  if (input !== undefined && file !== undefined) {
    throw new StackError(`Expected --input or --input-file, got both.\n\n${START_USAGE}`);
  }
  const text =
    file === undefined ? input : attempt(`--input-file: cannot read ${file}`, () => readFileSync(file, 'utf8'));
  const json = (): unknown => (text === undefined ? undefined : JSON.parse(text));
  return { name, input: attempt(`${file ?? '--input'}: expected JSON`, json), reportFile: report, exit };
}

function parsed(args: readonly string[]) {
  const options = {
    name: { type: 'string', default: 'demo' },
    input: { type: 'string' },
    'input-file': { type: 'string' },
    report: { type: 'string' },
    exit: { type: 'boolean', default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new StackError(`${error instanceof Error ? error.message : String(error)}\n\n${START_USAGE}`);
  }
}

function attempt<T>(problem: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new StackError(`${problem} (${error instanceof Error ? error.message : String(error)})`);
  }
}
