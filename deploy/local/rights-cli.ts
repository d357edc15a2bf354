import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../workers/config';
import { requestProblem, rightsAccount, type RightsRequest } from '../../workers/rights/rights-text';
import { exitWith } from './shutdown';
import { parseArguments } from './parse-arguments';
import { StackError } from './stack-error';

const USAGE = `Usage: npm run rights -- NAME [options]

Prints the rights that the pipeline NAME needs in Kafka, Elasticsearch, Kibana and Temporal, as commands for an administrator.

  --source TOPIC       the topic of others that it reads instead of a raw topic of its own
  --kafka-user USER    the user of the worker in Kafka, by default pipeline
  --folder FOLDER      write the JSON documents into this folder; the commands read them there`;

const OPTIONS = {
  source: { type: 'string' },
  'kafka-user': { type: 'string', default: 'pipeline' },
  folder: { type: 'string' },
} as const;

async function main(args: string[]): Promise<number> {
  const request = parseOptions(args);
  const { text, files } = rightsAccount(loadConfig(), request);
  if (request.folder !== null) {
    await mkdir(request.folder, { recursive: true });
    for (const file of files) await writeFile(join(request.folder, file.name), file.text);
  }
  console.log(text);
  return 0;
}

/** @throws {@link StackError} when an option is unknown or there is not exactly one name of a pipeline */
function parseOptions(args: string[]): RightsRequest {
  const { values, positionals } = parseArguments(
    () => parseArgs({ args, options: OPTIONS, allowPositionals: true }),
    USAGE,
  );
  const { source, folder = null, 'kafka-user': kafkaUser } = values;
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new StackError(`Expected one NAME.\n\n${USAGE}`);
  const request = { name, kafkaUser, folder, ...(source === undefined ? {} : { sourceTopic: source }) };
  const problem = requestProblem(request);
  if (problem !== null) throw new StackError(`${problem}\n\n${USAGE}`);
  return request;
}

void exitWith(main(process.argv.slice(2)));
