import { placeText, recordsAt, type IncomingRecord, type KafkaGateway, type RecordPlace } from '../../kafka';
import { isOf, isProtected, type DeadLetter } from './dead-letter';

/**
 * Completes those dead letters that keep no value by their records, read at the letters' coordinates; buffers are copies.
 *
 * @returns the dead letters in their order; the record of one is null if its topic does not have it any more
 */
export async function withSources(
  kafka: KafkaGateway,
  deadLetters: readonly DeadLetter[],
  signal: AbortSignal,
): Promise<readonly DeadLetter[]> {
  const wanted = deadLetters.filter((letter) => isProtected(letter) && letter.content.partition !== undefined);
  const found = new Map<string, ReadonlyMap<string, IncomingRecord>>();
  for (const topic of new Set(wanted.map(({ content }) => content.topic))) {
    const places = wanted.filter(({ content }) => content.topic === topic).map(placeOf);
    found.set(topic, await recordsAt(kafka, topic, places, signal));
  }
  return deadLetters.map((letter) => {
    if (!wanted.includes(letter)) return letter;
    const record = found.get(letter.content.topic)?.get(placeText(placeOf(letter)));
    return { ...letter, source: record !== undefined && isOf(letter, record) ? copyOf(record) : null };
  });
}

function placeOf({ content: { partition = 0, offset } }: DeadLetter): RecordPlace {
  return { partition, offset };
}

/** The buffers of a record share the memory of a whole fetch. */
function copyOf(record: IncomingRecord): IncomingRecord {
  const { key, value, headers } = record;
  return {
    ...record,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)])),
  };
}
