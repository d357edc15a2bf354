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
  /** As it is typed, for the command that does the same. */
  readonly inputText: string | undefined;
  readonly reportFile: string | undefined;
  readonly exit: boolean;
}

/** @throws {@link StackError} when an option is not known, or the input is no JSON */
export function parseStartOptions(args: readonly string[]): StartOptions {
  const values = parsed(args);
  if (values.input !== undefined && values['input-file'] !== undefined) {
    throw new StackError(`Expected --input or --input-file, got both.\n\n${START_USAGE}`);
  }
  const file = values['input-file'];
  const text = file === undefined ? values.input : read(file);
  const input = text === undefined ? undefined : parseJson(text, file ?? '--input');
  return {
    name: values.name,
    input,
    inputText: input === undefined ? undefined : JSON.stringify(input),
    reportFile: values.report,
    exit: values.exit,
  };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        name: { type: 'string', default: 'demo' },
        input: { type: 'string' },
        'input-file': { type: 'string' },
        report: { type: 'string' },
        exit: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new StackError(`${error instanceof Error ? error.message : String(error)}\n\n${START_USAGE}`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StackError(
      `--input-file: cannot read ${file} (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StackError(`${where}: expected JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}
