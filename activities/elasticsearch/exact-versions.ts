import type { Client } from '@elastic/elasticsearch';
import { answerText } from './answer-text';

/** Within a string of JSON, the quote before the colon would be escaped. */
const VERSION = /"_version":(\d+)/g;

/**
 * Sends a request for documents and parses the answer with every `_version` as decimal text, exactly: one that the
 * pipeline sets has more digits than a JS number can hold.
 */
export async function withExactVersions<Answer>(
  elasticsearch: Client,
  request: { readonly path: string; readonly querystring?: Record<string, unknown>; readonly body: object },
  signal: AbortSignal,
): Promise<Answer> {
  const text = await answerText(elasticsearch, { method: 'POST', ...request }, { signal });
  return JSON.parse((text ?? '').replace(VERSION, '"_version":"$1"')) as Answer;
}
