import type { IncomingMessage } from 'node:http';
import { ApplicationFailure, type Payload } from '@temporalio/common';
import cors from 'cors';
import { z } from 'zod';
import type { EndpointSettings } from '../http/endpoint-settings';
import { type RunningServer, serveGuarded } from '../http/guarded-server';
import { json, problem, type Reply } from '../http/reply';
import type { EncryptionCodec } from './encryption-codec';

/** More than Temporal accepts in one message, as Base64. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Cost of a request: a history that somebody looks at takes a few, and 300 a minute are enough. */
const REQUEST_POINTS = 20;

/** Protobuf as JSON: bytes are Base64. */
const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const bodySchema = z.object({
  payloads: z.array(
    z.object({ metadata: z.record(z.string(), bytes).default({}), data: bytes.default(Buffer.alloc(0)) }),
  ),
});

/**
 * Serves Temporal's remote codec protocol for the Web UI and the CLI: `POST /encode` and `POST /decode`.
 *
 * @param origins - of the Web UIs whose pages may ask
 */
export async function serveCodec(
  codec: EncryptionCodec,
  settings: EndpointSettings,
  origins: readonly string[],
): Promise<RunningServer> {
  const allowed = origins.map((origin) => new URL(origin).origin);
  return await serveGuarded(settings, {
    realm: 'Codec server',
    headers: { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' },
    maxBodyBytes: MAX_BODY_BYTES,
    pointsOf: () => REQUEST_POINTS,
    first: cors({
      origin: allowed,
      methods: 'POST',
      allowedHeaders: ['authorization', 'content-type', 'x-namespace'],
      credentials: true,
      maxAge: 600,
    }),
    answer: async (request, { pathname }, body) => {
      const { origin } = request.headers;
      if (origin !== undefined && !allowed.includes(origin))
        return problem(
          403,
          'ForeignOrigin',
          `Expected a page of ${allowed.join(' or ')} (CODEC_SERVER_ORIGINS), got ${origin}.`,
        );
      return await answer(codec, request, pathname, body);
    },
  });
}

async function answer(
  codec: EncryptionCodec,
  request: IncomingMessage,
  pathname: string,
  body: Buffer,
): Promise<Reply> {
  // Where a browser asks for the password.
  if (pathname === '/') return json(200, { decode: '/decode', encode: '/encode' });
  if (pathname !== '/encode' && pathname !== '/decode')
    return problem(404, 'NotFound', `Expected /encode or /decode, got ${pathname}.`);
  const refusal = refusalOf(request);
  if (refusal !== null) return refusal;
  const payloads = payloadsOf(body);
  if (payloads === null)
    return problem(
      400,
      'InvalidPayloads',
      'Expected {"payloads": [{"metadata": {…}, "data": …}, …]} with Base64 values.',
    );
  try {
    const result = pathname === '/encode' ? await codec.encode(payloads) : await codec.decode(payloads);
    return json(200, { payloads: result.map(toJson) });
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return problem(422, String(error.type), error.message);
  }
}

function refusalOf({ method, headers }: IncomingMessage): Reply | null {
  if (method !== 'POST') return problem(405, 'PostOnly', `Expected POST, got ${String(method)}.`);
  // A page of another site cannot send this type without asking first.
  if (headers['content-type']?.startsWith('application/json') === true) return null;
  return problem(415, 'JsonOnly', 'Expected the content type application/json.');
}

function payloadsOf(body: Buffer): Payload[] | null {
  try {
    return bodySchema.parse(JSON.parse(body.toString())).payloads;
  } catch {
    return null;
  }
}

function toJson({ metadata, data }: Payload): object {
  const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64');
  return {
    metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
    data: base64(data ?? new Uint8Array()),
  };
}
