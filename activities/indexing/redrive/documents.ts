import type { Client, estypes } from '@elastic/elasticsearch';
import { ApplicationFailure } from '@temporalio/common';
import { elasticsearchFailure } from '../../elasticsearch/elasticsearch-failure';
import { PROVENANCE_FIELD, type Provenance } from '../../elasticsearch/provenance';
import { pipelineFailure } from '../../contracts/failures';

/** What is known of one document; not its content. */
export interface FoundDocument {
  readonly version: number;
  /** By which a later write tells that the document is still the one that was looked at. */
  readonly seqNo: number;
  readonly primaryTerm: number;
  readonly provenance: Partial<Provenance>;
}

/** Where documents are looked for. */
export interface DocumentPlace {
  readonly elasticsearch: Client;
  readonly alias: string;
  /** The alias has an index for each month, and nobody knows which one a document would be in. */
  readonly byMonth: boolean;
  readonly signal: AbortSignal;
}

/**
 * Those of `ids` that stand behind an alias, as written last, whether searches see it yet or not.
 *
 * @throws ServiceUnavailable when Elasticsearch does not answer
 * @throws IndexMisconfigured when there is no such alias
 */
export async function findDocuments(
  place: DocumentPlace,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundDocument>> {
  if (ids.length === 0) return new Map();
  const distinct = [...new Set(ids)];
  try {
    return await (place.byMonth ? searchFor(place, distinct) : getFrom(place, distinct));
  } catch (error) {
    place.signal.throwIfAborted();
    throw error instanceof ApplicationFailure
      ? error
      : elasticsearchFailure(error, lookingFor(place, distinct), { index: place.alias });
  }
}

interface Source {
  readonly [PROVENANCE_FIELD]?: Partial<Provenance>;
}

async function getFrom(place: DocumentPlace, ids: string[]): Promise<ReadonlyMap<string, FoundDocument>> {
  const { elasticsearch, alias: index, signal } = place;
  const { docs } = await elasticsearch.mget<Source>({ index, ids, _source_includes: [PROVENANCE_FIELD] }, { signal });
  const found = new Map<string, FoundDocument>();
  for (const document of docs) {
    if ('error' in document) {
      const { type } = document.error;
      throw pipelineFailure('IndexMisconfigured', `${lookingFor(place, ids)}: Elasticsearch answered ${type}.`);
    }
    if (document.found) found.set(document._id, toFound(document));
  }
  return found;
}

/** Of one id in two months the later version; where there is no month yet, there is no document. */
async function searchFor(place: DocumentPlace, ids: string[]): Promise<ReadonlyMap<string, FoundDocument>> {
  const { elasticsearch, alias: index, signal } = place;
  await elasticsearch.indices.refresh({ index, ignore_unavailable: true }, { signal });
  const { hits } = await elasticsearch.search<Source>(
    {
      ...{ index, ignore_unavailable: true, allow_partial_search_results: false, size: 2 * ids.length },
      ...{
        query: { ids: { values: ids } },
        _source_includes: [PROVENANCE_FIELD],
        version: true,
        seq_no_primary_term: true,
      },
    },
    { signal },
  );
  const found = new Map<string, FoundDocument>();
  for (const hit of hits.hits) {
    const document = toFound(hit);
    if ((found.get(hit._id ?? '')?.version ?? -1) < document.version) found.set(hit._id ?? '', document);
  }
  return found;
}

function toFound(
  document: Pick<estypes.SearchHit<Source>, '_version' | '_seq_no' | '_primary_term' | '_source'>,
): FoundDocument {
  const { _version: version = 0, _seq_no: seqNo = 0, _primary_term: primaryTerm = 0, _source } = document;
  return { version, seqNo, primaryTerm, provenance: _source?.[PROVENANCE_FIELD] ?? {} };
}

function lookingFor({ alias }: DocumentPlace, ids: readonly string[]): string {
  return `Looking for ${ids.length} documents behind ${alias}`;
}
