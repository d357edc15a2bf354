/**
 * An independent check of an indexed topic. It shares no code with the pipeline, reads the topic with a consumer of its own
 * and the indices over HTTP, and uses no checkpoints, counters or reports.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';
import { JsonServer, type Variables } from './json-server';

export interface Places {
  /** Of a client that may do everything. */
  readonly admin: Variables;
  readonly topic: string;
  readonly alias: string;
  readonly deadLetterAlias: string;
}

export interface Judgement {
  /** Ids in the topic that are neither indexed nor a dead letter. */
  readonly lost: readonly string[];
  /** Ids of more than one document, or of a document and a dead letter. */
  readonly twice: readonly string[];
  /** Ids whose document differs from the published record, or that were never published. */
  readonly altered: readonly string[];
  /** Number of records in the topic, repeats included, and of those that ended as dead letters. */
  readonly records: number;
  readonly deadRecords: number;
}

type Content = Readonly<Record<string, unknown>>;

export async function judge(places: Places): Promise<Judgement> {
  const published = await publishedRecords(places);
  const elasticsearch = new JsonServer(places.admin);
  const documents = await allDocuments(elasticsearch, places.alias);
  const deadLetters = await allDocuments(elasticsearch, places.deadLetterAlias);
  await elasticsearch.close();
  return compare(published, documents, deadLetters);
}

/** Compares the published records with documents and dead letters by id and content. */
export function compare(
  published: readonly Content[],
  documents: readonly Content[],
  deadLetters: readonly Content[],
): Judgement {
  const expected = new Map(published.map((content) => [String(content['id']), content]));
  const indexed = new Map<string, Content>();
  const twice = new Set<string>();
  for (const document of documents) {
    const content = withoutProvenance(document);
    const id = String(content['id']);
    if (indexed.has(id)) twice.add(id);
    indexed.set(id, content);
  }
  const dead = new Set(deadLetters.map(({ id }) => String(id)));
  for (const id of dead) if (indexed.has(id)) twice.add(id);
  return {
    lost: [...expected.keys()].filter((id) => !indexed.has(id) && !dead.has(id)),
    twice: [...twice],
    altered: [...indexed].filter(([id, content]) => !isDeepStrictEqual(content, expected.get(id))).map(([id]) => id),
    records: published.length,
    deadRecords: published.filter(({ id }) => dead.has(String(id))).length,
  };
}

/** Provenance is added by the indexer, so it is not compared. */
function withoutProvenance(document: Content): Content {
  return Object.fromEntries(Object.entries(document).filter(([field]) => field !== 'provenance'));
}

async function publishedRecords({ admin: variables, topic }: Places): Promise<Content[]> {
  const kafka = new Kafka({ ...connectionOf(variables), clientId: 'oracle', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, BigInt(high)]));
  await admin.disconnect();
  const contents: Content[] = [];
  const unfinished = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition));
  if (unfinished.size === 0) return contents;
  const consumer = kafka.consumer({ groupId: `oracle-${randomUUID()}` });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        reject(payload.error);
      });
      const eachMessage = ({
        partition,
        message,
      }: {
        partition: number;
        message: { offset: string; value: Buffer | null };
      }) => {
        contents.push(JSON.parse(String(message.value)) as Content);
        if (BigInt(message.offset) + 1n >= (ends.get(partition) ?? 0n)) unfinished.delete(partition);
        if (unfinished.size === 0) resolve();
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return contents;
}

export function connectionOf({
  KAFKA_BROKERS: brokers = '',
  KAFKA_CA_FILE: ca,
  KAFKA_USERNAME: username = '',
  KAFKA_PASSWORD_FILE: password = '',
}: Variables): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  if (ca === undefined) return { brokers: brokers.split(',') };
  return {
    brokers: brokers.split(','),
    ssl: { ca: readFileSync(ca, 'utf8') },
    sasl: { mechanism: 'scram-sha-512', username, password: readFileSync(password, 'utf8').trim() },
  };
}

interface Page {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly { readonly _source: Content }[] };
}

async function allDocuments(server: JsonServer, alias: string): Promise<Content[]> {
  await server.request('POST', `/${alias}/_refresh`);
  const documents: Content[] = [];
  let page = await server.request<Page>('POST', `/${alias}/_search?scroll=1m`, { size: 5_000, sort: ['_doc'] });
  while (page.hits.hits.length > 0) {
    documents.push(...page.hits.hits.map(({ _source }) => _source));
    page = await server.request<Page>('POST', '/_search/scroll', { scroll: '1m', scroll_id: page._scroll_id });
  }
  return documents;
}
