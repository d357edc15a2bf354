import type { Client } from '@elastic/elasticsearch';
import { ofRun } from '../elasticsearch/provenance';
import { scanIndex } from '../elasticsearch/scan-index';

interface OverwrittenRequest {
  /** Alias of the readings. */
  readonly index: string;
  readonly run: string;
  readonly signal: AbortSignal;
}

/**
 * Whether a reading of a run was written more than once: by a retry, or over that of an earlier run. It looks at the versions
 * of all readings until it finds one.
 *
 * @throws ServiceUnavailable when Elasticsearch does not respond
 * @throws IndexMisconfigured when it rejects a request
 */
export async function hasOverwritten(
  elasticsearch: Client,
  { index, run, signal }: OverwrittenRequest,
): Promise<boolean> {
  for await (const documents of scanIndex(elasticsearch, { index, query: ofRun(run), fields: [], signal })) {
    if (documents.some(({ _version }) => _version > 1)) return true;
  }
  return false;
}
