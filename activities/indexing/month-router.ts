import type { Client } from '@elastic/elasticsearch';
import { monthIndex, monthOf, type Month } from '../contracts/event-month';
import { aliasesOf } from '../contracts/pipeline-names';
import { ABSENT_HEADER } from '../contracts/record';
import { EVENT_TIME_FIELDS } from '../elasticsearch/event-time';
import { readRetention, type Retention } from '../elasticsearch/retention';
import { createIndex } from '../elasticsearch/create-index';
import { deleteIndex } from '../elasticsearch/delete-index';
import { elasticsearchFailure, isNotFound } from '../elasticsearch/elasticsearch-failure';
import { STREAMS } from '../elasticsearch/index-templates';
import { resolveName } from '../elasticsearch/resolve-name';
import { assertNoForeignTemplateWins, readTemplateRanks } from '../elasticsearch/winning-template';
import { pipelineFailure } from '../contracts/failures';
import type { IncomingRecord } from '../kafka';
import { toBulkItem, type BulkItem, type IndexingContext, type RejectedRecord } from './bulk-item';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;
/** The format in which the Spark job writes every instant. */
const UTC_INSTANT = /^(\d{4}-(?:0[1-9]|1[0-2]))-\d\dT[\d:.]+Z$/;

/** A record of a dropped month: it counts as read, and no index takes it. */
interface ExpiredRecord {
  readonly record: IncomingRecord;
  readonly id: string;
  readonly expired: Month;
}

/** A record in which no measurement has a value: it counts as read, and has no document. */
interface AbsentRecord {
  readonly record: IncomingRecord;
  readonly absent: true;
}

export type BulkEntry = BulkItem | RejectedRecord | ExpiredRecord | AbsentRecord;

/**
 * Chooses the index of each record: the only one of its alias or, by month, that of its event time, which depends on
 * the record alone. Creates the index of a month before the first write to it, unless the month is dropped.
 */
export class MonthRouter {
  /** Months whose index exists. */
  readonly #open = new Set<Month>();

  private constructor(
    private readonly elasticsearch: Client,
    readonly alias: string,
    private readonly runs: string,
    /** The event time field; null if the stream has none. */
    private readonly field: string | null,
    /** Whether `from` and `to` of the retention apply; a window may begin in the month before its first reading. */
    private readonly checksRange: boolean,
    /** Null if the alias has a single index. */
    private retention: Retention | null,
  ) {}

  static async create(elasticsearch: Client, pipeline: string, alias: string): Promise<MonthRouter> {
    const aliases = aliasesOf(pipeline);
    const stream = STREAMS.find((each) => aliases[each] === alias);
    const field = stream === undefined ? null : EVENT_TIME_FIELDS[stream];
    const retention = field === null ? null : await readRetention(elasticsearch, aliases.runs);
    return new MonthRouter(elasticsearch, alias, aliases.runs, field, stream === 'readings', retention);
  }

  get byMonth(): boolean {
    return this.retention !== null;
  }

  /** Makes the entry of a record from what is already known, without a request to Elasticsearch. */
  route(record: IncomingRecord, context: IndexingContext): BulkEntry {
    const { retention, field, alias } = this;
    if (record.value === null && record.headers[ABSENT_HEADER] !== undefined) return { record, absent: true };
    if (retention === null || field === null) return toBulkItem(record, context);
    const month = record.value === null ? null : recordMonth(record.value, field);
    const target = month === null ? undefined : { month, index: monthIndex(alias, month) };
    const item = toBulkItem(record, context, target);
    return 'reason' in item ? item : this.#checkMonth(item, retention);
  }

  #checkMonth(item: BulkItem, { from, to }: Retention): BulkEntry {
    const { record, id, month } = item;
    if (month === undefined) return { record, id, reason: 'NoEventMonth' };
    if (this.checksRange && (month < from || month > to)) return { record, id, reason: 'OutsideMonths' };
    return this.#isExpired(month) ? { record, id, expired: month } : item;
  }

  /** Creates the missing indices of items. @returns the items that have an index; the others are expired */
  async ensureIndices(items: readonly BulkItem[]): Promise<readonly BulkItem[]> {
    for (const month of new Set(items.map((item) => item.month))) {
      if (month !== undefined && !this.#open.has(month)) await this.#ensureIndex(month);
    }
    return items.filter(({ month }) => month === undefined || !this.#isExpired(month));
  }

  /** Forgets the indices of items that Elasticsearch did not find. */
  invalidate(items: readonly BulkItem[]): void {
    for (const { month } of items) if (month !== undefined) this.#open.delete(month);
  }

  /** Reads the retention again after creation: once a month is open, any later drop of months finds its index. */
  async #ensureIndex(month: Month): Promise<void> {
    const index = monthIndex(this.alias, month);
    await this.#refreshRetention();
    if (this.#isExpired(month)) return;
    try {
      const isNew = await this.#createMissing(index);
      await this.#refreshRetention();
      if (!this.#isExpired(month)) this.#open.add(month);
      else if (isNew) await deleteIndex(this.elasticsearch, index);
    } catch (error) {
      if (isNotFound(error)) return;
      throw elasticsearchFailure(error, `Creating index ${index}`, { index });
    }
  }

  async #refreshRetention(): Promise<void> {
    const { runs, alias: index } = this;
    const retention = await readRetention(this.elasticsearch, runs);
    if (retention === null) {
      const message = `${index} is no longer indexed by month; the next attempt reads the setting again.`;
      throw pipelineFailure('ServiceUnavailable', message, { index });
    }
    this.retention = retention;
  }

  /** @returns whether this call created the index */
  async #createMissing(index: string): Promise<boolean> {
    const { elasticsearch, alias } = this;
    if ((await resolveName(elasticsearch, index)).kind === 'index') return false;
    await this.#assertTemplate(index);
    return await createIndex(elasticsearch, { index, aliases: { [alias]: {} } });
  }

  /** With another template or none, the index would map any field dynamically. */
  async #assertTemplate(index: string): Promise<void> {
    const { alias: name } = this;
    const templates = await readTemplateRanks(this.elasticsearch);
    assertNoForeignTemplateWins(templates, [index]);
    if (templates.some((template) => template.name === name)) return;
    throw pipelineFailure(
      'IndexMisconfigured',
      `Expected index template ${name}, which every monthly index needs: starting the pipeline creates it.`,
      { index: name },
    );
  }

  #isExpired(month: Month): boolean {
    return month < (this.retention?.expiredBefore ?? '');
  }
}

/** Returns the month of the instant in a top-level field of a record; null if there is none. */
export function recordMonth(value: Buffer, field: string): Month | null {
  return scannedMonth(value, field) ?? parsedMonth(value, field);
}

/** Scans the bytes, because it runs for every record; null if the value is not written as the Spark job does. */
function scannedMonth(value: Buffer, field: string): Month | null {
  const key = `"${field}":"`;
  const at = value.indexOf(key, 1, 'latin1');
  const before = value[at - 1];
  if (at === -1 || (before !== COMMA && before !== OPENING_BRACE)) return null;
  // If no inner object starts before the key, it is a field of the record itself.
  const inner = value.indexOf(OPENING_BRACE, 1);
  if (inner !== -1 && inner < at) return null;
  const start = at + key.length;
  const end = value.indexOf(QUOTE, start);
  return UTC_INSTANT.exec(value.toString('latin1', start, end))?.[1] ?? null;
}

function parsedMonth(value: Buffer, field: string): Month | null {
  try {
    const parsed = JSON.parse(value.toString('utf8')) as Readonly<Record<string, unknown>> | null;
    return monthOf(parsed?.[field]);
  } catch {
    return null;
  }
}
