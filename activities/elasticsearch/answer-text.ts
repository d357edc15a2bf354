import type { Readable } from 'node:stream';
import { errors, type Client } from '@elastic/elasticsearch';

interface AnswerRequest {
  readonly method: 'POST';
  readonly path: string;
  readonly querystring?: Record<string, unknown>;
  readonly body: object;
}

interface AnswerOptions {
  readonly signal: AbortSignal;
  /** A longer answer is dropped. */
  readonly maxBytes?: number;
}

/**
 * Sends a request and returns the text of the answer, for what the client's parser rejects (some field names, for example
 * `__proto__`) or alters (integers beyond 53 bits).
 *
 * @returns null if the answer is longer than `maxBytes`
 * @throws errors.ResponseError when Elasticsearch answers with an error
 */
export async function answerText(
  elasticsearch: Client,
  request: AnswerRequest,
  { signal, maxBytes = Number.POSITIVE_INFINITY }: AnswerOptions,
): Promise<string | null> {
  const { body, ...response } = await elasticsearch.transport.request<Readable>(request, {
    ...{ signal, asStream: true, meta: true },
    headers: { 'accept-encoding': 'identity' },
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
  }
  const text = Buffer.concat(chunks, bytes).toString('utf8');
  if (response.statusCode >= 400) throw new errors.ResponseError({ ...response, body: JSON.parse(text) as object });
  return text;
}
