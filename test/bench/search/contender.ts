import type { Client, estypes } from '@elastic/elasticsearch';
import { DEFAULT_MEASUREMENTS } from '../../../activities/contracts/measurement';
import { monthIndex, monthOf } from '../../../activities/contracts/event-month';
import { aliasesOf } from '../../../activities/contracts/pipeline-names';
import { EVENT_TIME_FIELDS } from '../../../activities/elasticsearch/event-time';
import { createRunsIndex } from '../../../activities/elasticsearch/create-index';
import { prepareIndices } from '../../../activities/preparation/prepare-indices';
import type { PanelSearch } from '../../../kibana/model/panel-search';
import type { SourceName } from '../../../kibana/model/source';
import { defaultSearch } from './default-search';
import type { BenchBatch } from './documents';

const SOURCES: readonly SourceName[] = ['readings', 'windows', 'deadLetters', 'runs'];
const FORCE_MERGE_TIMEOUT_MS = 900_000;

export interface Size {
  readonly documents: number;
  readonly bytes: number;
}

/** Indices or aliases that a design writes to and searches. */
type Places = Readonly<Record<SourceName, string>>;

/** The indices of one design: written, merged, measured and searched. */
export class Contender {
  #mappings: Partial<Record<SourceName, Record<string, estypes.MappingProperty>>> = {};
  readonly #months = new Set<string>();

  private constructor(
    private readonly elasticsearch: Client,
    private readonly places: Places,
    private readonly kind: 'by month' | 'one index' | 'default',
  ) {}

  static async ours(elasticsearch: Client, kind: 'by month' | 'one index'): Promise<Contender> {
    const aliases = aliasesOf(`bench-${kind.replace(' ', '-')}`);
    const index = kind === 'by month' ? { index: { by: 'month', from: '2026-01', to: '2026-12' } as const } : {};
    await prepareIndices(elasticsearch, { aliases, measurements: DEFAULT_MEASUREMENTS, ...index });
    await createRunsIndex(elasticsearch, aliases.runs);
    return new Contender(elasticsearch, aliases, kind);
  }

  /** Also with one shard; everything else is Elasticsearch's default. */
  static async byDefault(elasticsearch: Client): Promise<Contender> {
    const indices = {
      readings: 'default-r',
      windows: 'default-w',
      deadLetters: 'default-d',
      runs: 'pipeline.default.runs',
    };
    for (const index of Object.values(indices)) {
      await elasticsearch.indices.create({ index, settings: { number_of_shards: 1, number_of_replicas: 0 } });
    }
    return new Contender(elasticsearch, indices, 'default');
  }

  async write({ of, documents }: BenchBatch): Promise<void> {
    const operations: object[] = [];
    for (const { id, source } of documents) {
      operations.push({ index: { _id: id, _index: await this.#indexOf(of, source) } }, source);
    }
    const { errors, items } = await this.elasticsearch.bulk({ operations });
    const rejected = items.find((item) => item.index?.error);
    if (errors) throw new Error(`expected every document to be accepted, got ${JSON.stringify(rejected)}`);
  }

  async #indexOf(of: SourceName, source: BenchBatch['documents'][number]['source']): Promise<string> {
    const field = of === 'runs' || this.kind !== 'by month' ? null : EVENT_TIME_FIELDS[of];
    const month = field === null ? null : monthOf(String(source[field]));
    if (month === null) return this.places[of];
    const index = monthIndex(this.places[of], month);
    if (!this.#months.has(index)) {
      await this.elasticsearch.indices.create({ index, aliases: { [this.places[of]]: {} } });
    }
    this.#months.add(index);
    return index;
  }

  /** Merges every index to one segment, so that only the design differs. */
  async merge(): Promise<void> {
    for (const source of SOURCES) {
      const { [source]: index } = this.places;
      await this.elasticsearch.indices.forcemerge(
        { index, max_num_segments: 1 },
        { requestTimeout: FORCE_MERGE_TIMEOUT_MS },
      );
      await this.elasticsearch.indices.refresh({ index });
      const [mapping] = Object.values(await this.elasticsearch.indices.getMapping({ index }));
      this.#mappings = { ...this.#mappings, [source]: mapping?.mappings.properties ?? {} };
    }
  }

  /** Counts the bytes of live segments only: files of merged ones may still exist. */
  async size(source: SourceName): Promise<Size> {
    const index = this.places[source];
    const { count: documents } = await this.elasticsearch.count({ index });
    const { indices } = await this.elasticsearch.indices.segments({ index });
    const segments = Object.values(indices)
      .flatMap(({ shards }) => Object.values(shards).flat())
      .flatMap((shard) => Object.values(shard.segments));
    return { documents, bytes: segments.reduce((sum, { size_in_bytes: bytes }) => sum + bytes, 0) };
  }

  /** @returns the ms until the response was complete, and the number of documents that matched */
  async search(source: SourceName, search: PanelSearch): Promise<{ readonly ms: number; readonly hits: number }> {
    const { [source]: index } = this.places;
    const request =
      this.kind !== 'default' ? { ...search, index } : defaultSearch(search, index, this.#mappings[source] ?? {});
    const startedMs = performance.now();
    const { hits } = await this.elasticsearch.search({ ...request, request_cache: false });
    const ms = performance.now() - startedMs;
    return { ms, hits: typeof hits.total === 'object' ? hits.total.value : 0 };
  }
}
