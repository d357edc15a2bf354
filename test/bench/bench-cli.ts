/**
 * `npm run bench -- indexing [--documents N] [--rounds N] [--only NAME]`: compares this project's indexer with other ways to
 * index a topic, on real servers; `search/search-bench.ts`, `spark/spark-bench.ts` and `files/files-bench.ts` describe the
 * others.
 *
 * Only ratios within one run are comparable, not the figures of different runs. The order rotates, the first round is
 * discarded, and a wrong document count ends the run with an error.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Client } from '@elastic/elasticsearch';
import { aliasesOf } from '../../activities/contracts/pipeline-names';
import { DEFAULT_MEASUREMENTS } from '../../activities/contracts/measurement';
import { createKafkaGateway, type OutgoingRecord } from '../../activities/kafka';
import { prepareIndices } from '../../activities/preparation/prepare-indices';
import { READING_TEXT } from '../faults/published-run';
import { filesBench } from './files/files-bench';
import { enterTestEnvironment } from '../support/environment';
import { IsolatedStack } from '../support/isolated-stack';
import { searchBench } from './search/search-bench';
import { WITH_TEMPORAL, type Cost } from './indexing/cost';
import { costTable } from './indexing/cost-table';
import { measure } from './indexing/measure';
import { sparkBench } from './spark/spark-bench';

const NAMES = ['naive', 'splice', 'ours alone', WITH_TEMPORAL] as const;
const PARTITIONS = 4;
const RECORDS_PER_PUBLISH = 20_000;

async function main(): Promise<void> {
  enterTestEnvironment();
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      documents: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      readings: { type: 'string' },
      rows: { type: 'string' },
    },
  });
  const [bench = 'none'] = positionals;
  const number = (name: 'documents' | 'rounds' | 'readings' | 'rows', byDefault: number): number =>
    Number(values[name] ?? byDefault);
  const commits = [...(values.against === undefined ? [] : [values.against]), 'HEAD'];
  switch (bench) {
    case 'search':
      if (!(await searchBench(number('documents', 1_000_000), number('rounds', 40)))) process.exitCode = 1;
      break;
    case 'indexing': {
      const names = NAMES.filter((name) => values.only === undefined || name === values.only);
      await indexingBench(names, number('documents', 200_000), number('rounds', 3));
      break;
    }
    case 'spark':
      await sparkBench(commits, number('readings', 1_000_000));
      break;
    case 'files':
      await filesBench(commits, number('rows', 1_000_000), number('rounds', 3));
      break;
    default:
      throw new Error(`expected a bench (files, indexing, search, spark), got ${bench}`);
  }
}

async function indexingBench(names: readonly string[], minDocuments: number, rounds: number): Promise<void> {
  const documents = Math.ceil(minDocuments / PARTITIONS) * PARTITIONS;
  const stack = await IsolatedStack.start();
  try {
    const topic = await publishDocuments(stack, documents);
    const costs = new Map<string, Cost[]>(names.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const [position] of names.entries()) {
        const name = names[(position + round) % names.length] ?? WITH_TEMPORAL;
        const cost = await oneRound(stack, name, topic, documents);
        process.stderr.write(`round ${round} ${name}: ${Math.round(cost.documentsPerSecond)}/s\n`);
        if (round > 0) costs.get(name)?.push(cost);
      }
    }
    process.stdout.write(costTable(costs, documents));
  } finally {
    await stack.stop();
  }
}

async function publishDocuments(stack: IsolatedStack, documents: number): Promise<string> {
  const kafka = createKafkaGateway({ brokers: stack.kafkaBrokers, clientId: 'bench' });
  const topic = `bench-${randomUUID()}`;
  await kafka.prepareTopics([{ topic, partitions: PARTITIONS, maxMessageBytes: 4_194_352 }]);
  for (let first = 0; first < documents; first += RECORDS_PER_PUBLISH) {
    const count = Math.min(RECORDS_PER_PUBLISH, documents - first);
    // Records without a key are distributed round-robin, so every partition gets a quarter.
    await kafka.publish(
      topic,
      Array.from({ length: count }, (_, n) => reading(first + n)),
    );
  }
  await kafka.close();
  return topic;
}

function reading(n: number): OutgoingRecord {
  const id = `bench-device-${String(n % 50).padStart(4, '0')}-${n}`;
  const timestamp = new Date(Date.UTC(2026, 0, 1) + n * 10).toISOString();
  const value = {
    id,
    deviceId: `device-${n % 50}`,
    timestamp,
    temperature: n % 40,
    humidity: 50.5,
    text: READING_TEXT,
  };
  return {
    key: null,
    value: JSON.stringify(value),
    headers: { 'event-id': id, 'pipeline-run': 'bench', 'pipeline-raw': `0:${n}:1` },
  };
}

async function oneRound(stack: IsolatedStack, name: string, topic: string, documents: number): Promise<Cost> {
  const elasticsearch = new Client({ node: stack.elasticsearchNode });
  const prefix = `bench-${randomUUID()}`;
  const aliases = aliasesOf(prefix);
  const alias = aliases.readings;
  await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS });
  const place = { brokers: stack.kafkaBrokers, elasticsearch: stack.elasticsearchNode, topic, alias, documents };
  const cost = await measure(stack, name, place);
  await elasticsearch.indices.refresh({ index: alias });
  const { count } = await elasticsearch.count({ index: alias });
  if (count !== documents) throw new Error(`${name} indexed ${count} documents, expected ${documents}`);
  const indices = Object.keys(
    await elasticsearch.indices.getAlias({ index: [alias, aliases.windows, aliases.deadLetters] }),
  );
  await elasticsearch.indices.delete({ index: indices });
  await elasticsearch.close();
  return cost;
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
