/**
 * `npm run bench -- indexing [--documents N] [--rounds N] [--only NAME]`: compares this project's indexer with other ways to
 * index a topic, and with itself on servers that are protected, on real servers.
 *
 * The order rotates, the first round is discarded, and a wrong document count ends the run with an error.
 *
 * @module
 */
import { aliasesOf, derivedTopics } from '../../../activities/contracts/pipeline-names';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import type { OutgoingRecord } from '../../../activities/kafka';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import { READING_TEXT } from '../../faults/published-run';
import { BENCH_PIPELINE, BenchServers } from './bench-servers';
import { SECURED, WITH_TEMPORAL, type Cost } from './cost';
import { costTable } from './cost-table';
import { measure } from './measure';

const NAMES = ['naive', 'splice', 'ours alone', WITH_TEMPORAL, SECURED] as const;
const PARTITIONS = 4;
const RECORDS_PER_PUBLISH = 20_000;
/** The only ones for which a protected worker has rights. */
const ALIASES = aliasesOf(BENCH_PIPELINE);
const TOPIC = derivedTopics(BENCH_PIPELINE).enriched;

/** @param only - names of contenders; undefined for all */
export async function indexingBench(
  only: readonly string[] | undefined,
  minDocuments: number,
  rounds: number,
): Promise<void> {
  const names = NAMES.filter((name) => only?.includes(name) ?? true);
  const documents = Math.ceil(minDocuments / PARTITIONS) * PARTITIONS;
  const servers: BenchServers[] = [];
  const start = async (isSecured: boolean): Promise<BenchServers> => {
    const started = await BenchServers.start(isSecured);
    servers.push(started);
    await publishDocuments(started, documents);
    return started;
  };
  try {
    const plain = await start(false);
    const secured = names.includes(SECURED) ? await start(true) : plain;
    const costs = new Map<string, Cost[]>(names.map((name) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const [position] of names.entries()) {
        const name = names[(position + round) % names.length] ?? WITH_TEMPORAL;
        const cost = await oneRound(name === SECURED ? secured : plain, name, documents);
        process.stderr.write(`round ${round} ${name}: ${Math.round(cost.documentsPerSecond)}/s\n`);
        if (round > 0) costs.get(name)?.push(cost);
      }
    }
    process.stdout.write(costTable(costs, documents));
  } finally {
    for (const each of servers) await each.stop();
  }
}

async function publishDocuments({ kafka }: BenchServers, documents: number): Promise<void> {
  await kafka.prepareTopics([{ topic: TOPIC, partitions: PARTITIONS, maxMessageBytes: 4_194_352 }]);
  for (let first = 0; first < documents; first += RECORDS_PER_PUBLISH) {
    const count = Math.min(RECORDS_PER_PUBLISH, documents - first);
    // Records without a key are distributed round-robin, so every partition gets a quarter.
    await kafka.publish(
      TOPIC,
      Array.from({ length: count }, (_, n) => reading(first + n)),
    );
  }
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

async function oneRound(servers: BenchServers, name: string, documents: number): Promise<Cost> {
  const { elasticsearch } = servers;
  const { readings, windows, deadLetters } = ALIASES;
  await prepareIndices(elasticsearch, { aliases: ALIASES, measurements: DEFAULT_MEASUREMENTS });
  const cost = await measure(servers, name, { topic: TOPIC, alias: readings, documents });
  await elasticsearch.indices.refresh({ index: readings });
  const { count } = await elasticsearch.count({ index: readings });
  if (count !== documents) throw new Error(`${name} indexed ${count} documents, expected ${documents}`);
  const indices = Object.keys(await elasticsearch.indices.getAlias({ index: [readings, windows, deadLetters] }));
  await elasticsearch.indices.delete({ index: indices });
  return cost;
}
