import { EVENT_ID_HEADER, ROW_HEADER, type DeadLetter } from '../../../activities/contracts/record';
import type { KafkaGateway, OutgoingRecord } from '../../../activities/kafka';

/** Records what is published instead of sending it; a topic may reject large values. */
export class RecordingKafka implements KafkaGateway {
  readonly published: { readonly topic: string; readonly records: readonly OutgoingRecord[] }[] = [];

  constructor(private readonly maxValueBytes = Infinity) {}

  publish(
    topic: string,
    records: readonly OutgoingRecord[],
    refused?: (record: OutgoingRecord) => void,
  ): Promise<void> {
    const tooLarge = refused ? records.filter(({ value }) => Buffer.byteLength(value) > this.maxValueBytes) : [];
    this.published.push({ topic, records: records.filter((record) => !tooLarge.includes(record)) });
    for (const record of tooLarge) refused?.(record);
    return Promise.resolve();
  }

  records(topic: string): OutgoingRecord[] {
    return this.published.filter((batch) => batch.topic === topic).flatMap(({ records }) => records);
  }

  /** Ids of readings or rows. */
  ids(topic: string): string[] {
    return this.records(topic).map(({ headers }) => String(headers[EVENT_ID_HEADER] ?? headers[ROW_HEADER] ?? ''));
  }

  values(topic: string): string[] {
    return this.records(topic).map(({ value }) => value.toString());
  }

  deadLetters(topic: string): DeadLetter[] {
    return this.values(topic).map((value) => JSON.parse(value) as DeadLetter);
  }

  prepareTopics(): Promise<never> {
    return Promise.reject(new Error('sources prepare no topics'));
  }

  offsets(): Promise<never> {
    return Promise.reject(new Error('sources read no offsets'));
  }

  readRange(): Promise<never> {
    return Promise.reject(new Error('sources read no ranges'));
  }

  follow(): Promise<never> {
    return Promise.reject(new Error('sources follow no topics'));
  }

  retentionMs(): Promise<never> {
    return Promise.reject(new Error('sources read no settings'));
  }

  offsetsAt(): Promise<never> {
    return Promise.reject(new Error('sources read no offsets'));
  }

  mirrorOffsets(): Promise<never> {
    return Promise.reject(new Error('sources have no checkpoints'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
