import { errors, type Client } from '@elastic/elasticsearch';
import { monthIndex, type Month } from '../contracts/event-month';
import { aliasesOf } from '../contracts/pipeline-names';
import { EVENT_TIME_FIELDS, readRetention, type Retention } from '../elasticsearch/retention';
import { createIndex } from '../elasticsearch/create-index';
import { elasticsearchFailure } from '../elasticsearch/elasticsearch-failure';
import { STREAMS } from '../elasticsearch/index-templates';
import { pipelineFailure } from '../contracts/failures';
import type { IncomingRecord } from '../kafka';
import { toBulkItem, type BulkItem, type Indexing, type Unsendable } from './bulk-item';
import { recordMonth } from './record-month';

const NOT_FOUND = 404;

/** A record of a month that is dropped: it is passed, and no index takes it any more. */
export interface Expired {
  readonly record: IncomingRecord;
  readonly id: string;
  readonly expired: Month;
}

export type BulkEntry = BulkItem | Unsendable | Expired;

/**
 * Finds the index of each record: the only one of its alias or, by month, the one of its month, which is a function of
 * the record alone. Sees to it that a month has its index before anything is written there, unless it is dropped.
 */
export class MonthRouter {
  readonly #open = new Set<Month>();

  private constructor(
    private readonly elasticsearch: Client,
    private readonly alias: string,
    private readonly runs: string,
    /** By which a record has its month; null: it has none. */
    private readonly field: string | null,
    /** Whether the retention's range binds; a window may begin in the month before its first reading. */
    private readonly isBounded: boolean,
    /** Null: the alias has one index. */
    private retention: Retention | null,
  ) {}

  /** @throws ServiceUnavailable when Elasticsearch does not answer */
  static async of(elasticsearch: Client, pipeline: string, alias: string): Promise<MonthRouter> {
    const aliases = aliasesOf(pipeline);
    const stream = STREAMS.find((each) => aliases[each] === alias);
    const field = stream === undefined ? null : EVENT_TIME_FIELDS[stream];
    const retention = field === null ? null : await readRetention(elasticsearch, aliases.runs);
    return new MonthRouter(elasticsearch, alias, aliases.runs, field, stream === 'readings', retention);
  }

  /** Whether a document's index depends on its month. */
  get byMonth(): boolean {
    return this.retention !== null;
  }

  /** What is to be done with a record, as far as it is known without asking Elasticsearch. */
  entry(record: IncomingRecord, indexing: Indexing): BulkEntry {
    const { retention, field, alias } = this;
    if (retention === null || field === null) return toBulkItem(record, indexing);
    const month = record.value === null ? null : recordMonth(record.value, field);
    const place = month === null ? undefined : { month, index: monthIndex(alias, month) };
    const item = toBulkItem(record, indexing, place);
    return 'reason' in item ? item : this.#judged(item, retention);
  }

  #judged(item: BulkItem, { from, to }: Retention): BulkEntry {
    const { record, id, month } = item;
    if (month === undefined) return { record, id, reason: 'NoEventMonth' };
    if (this.isBounded && (month < from || month > to)) return { record, id, reason: 'OutsideMonths' };
    return this.#isExpired(month) ? { record, id, expired: month } : item;
  }

  /**
   * Opens the months of items that have none yet.
   *
   * @returns those items that an index takes; the others are expired
   * @throws IndexMisconfigured when the template is gone of which a month's index is made
   */
  async admit(items: readonly BulkItem[]): Promise<readonly BulkItem[]> {
    for (const month of new Set(items.map((item) => item.month))) {
      if (month !== undefined && !this.#open.has(month)) await this.#openMonth(month);
    }
    return items.filter(({ month }) => month === undefined || !this.#isExpired(month));
  }

  /** Elasticsearch says that there is no index for these. */
  close(items: readonly BulkItem[]): void {
    for (const { month } of items) if (month !== undefined) this.#open.delete(month);
  }

  /** By the time it is open, nobody who drops months from then on can miss it. */
  async #openMonth(month: Month): Promise<void> {
    const { alias } = this;
    const index = monthIndex(alias, month);
    await this.#look();
    if (this.#isExpired(month)) return;
    try {
      await this.#assertTemplate();
      const isNew = await createIndex(this.elasticsearch, { index, aliases: { [alias]: {} } });
      await this.#look();
      if (!this.#isExpired(month)) this.#open.add(month);
      else if (isNew) await this.elasticsearch.indices.delete({ index, ignore_unavailable: true });
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === NOT_FOUND) return;
      throw error instanceof errors.ElasticsearchClientError
        ? elasticsearchFailure(error, `Opening index ${index}`, { index })
        : error;
    }
  }

  async #look(): Promise<void> {
    const { runs, alias } = this;
    const seen = await readRetention(this.elasticsearch, runs);
    if (seen === null) {
      throw pipelineFailure(
        'ServiceUnavailable',
        `${alias} was indexed by month a moment ago; the next attempt looks again.`,
        { index: alias },
      );
    }
    this.retention = seen;
  }

  /** Without it the index would take any field as it comes. */
  async #assertTemplate(): Promise<void> {
    const { alias: name } = this;
    try {
      // A HEAD request would hide why it is refused.
      await this.elasticsearch.indices.getIndexTemplate({ name });
    } catch (error) {
      if (!(error instanceof errors.ResponseError) || error.statusCode !== NOT_FOUND) throw error;
      throw pipelineFailure(
        'IndexMisconfigured',
        `Expected an index template ${name}, of which the index of each month is made: the start of a pipeline makes it.`,
        { index: name },
      );
    }
  }

  #isExpired(month: Month): boolean {
    return month < (this.retention?.expiredBefore ?? '');
  }
}
