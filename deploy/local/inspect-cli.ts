import { parseArgs } from 'node:util';
import { childEnvironment } from '../../workers/child-environment';
import { loadConfig } from '../../workers/config';
import { inspect } from '../../workers/inspect-source';
import { inspectionText, isReadable, unreadableText } from '../../workers/inspection-text';
import { inputOf } from './input-option';
import { installedSpark } from './install/installed-spark';
import { exitWith } from './shutdown';
import { parseArguments } from './parse-arguments';
import { StackError } from './stack-error';
import { describeEvent } from './stack-event';

const USAGE = `Usage: npm run inspect -- FILE [options]
       npm run inspect -- --topic NAME [options]

Looks at the first thousand rows of a file, or records of a topic of KAFKA_BROKERS, and proposes an input that reads them.

  --input JSON         settings that are known already, part of an input; they answer questions
  --input-file FILE    the same, from a file
                       Objects are put together; a list replaces the whole list that is proposed.
  --json               print the account as JSON
  --help               print this`;

const OPTIONS = {
  topic: { type: 'string' },
  input: { type: 'string' },
  'input-file': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @returns 0 if something of the source can be read, else 1 */
async function main(args: string[]): Promise<number> {
  const options = parseArguments(() => parse(args), USAGE);
  if (options.values.help) {
    console.log(USAGE);
    return 0;
  }
  const { source, given, json } = requestOf(options);
  const config = loadConfig();
  // Standard output has the account only.
  const onEvent = (event: Parameters<typeof describeEvent>[0]): void => {
    console.error(describeEvent(event));
  };
  const spark = await installedSpark(config, { onEvent, env: childEnvironment(process.env) });
  const account = await inspect(config, spark, { source, given, isComplete: false });
  console.log(json ? JSON.stringify(account, null, 2) : inspectionText(account));
  if (isReadable(account)) return 0;
  console.error(unreadableText(account));
  return 1;
}

/** @throws {@link StackError} when there is not exactly one source, or the input is no JSON object */
function requestOf({ values, positionals }: ReturnType<typeof parse>) {
  const { topic, json } = values;
  const [path, ...more] = positionals;
  const given = inputOf(values, USAGE) ?? {};
  if (typeof given !== 'object' || Array.isArray(given))
    throw new StackError(`Expected a JSON object as input.\n\n${USAGE}`);
  if ((path === undefined) === (topic === undefined) || more.length > 0) {
    throw new StackError(`Expected one FILE, or --topic NAME.\n\n${USAGE}`);
  }
  const source =
    path === undefined ? ({ kind: 'topic', topic: topic ?? '' } as const) : ({ kind: 'file', path } as const);
  return { source, given: given as Record<string, unknown>, json };
}

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS, allowPositionals: true });
}

void exitWith(main(process.argv.slice(2)));
