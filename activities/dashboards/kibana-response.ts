import type { Response } from 'undici';
import { z } from 'zod';
import { parseObject } from '../contracts/json-object';

const MAX_QUOTED_CHARACTERS = 400;

const errorSchema = z.object({ message: z.string().min(1) });

/**
 * Returns status and message of a response for a failure message; it may come from another program than Kibana.
 *
 * @param text - the body
 * @param hide - removes secrets from a text
 */
export function describeResponse(response: Response, text: string, hide: (text: string) => string): string {
  const { status, headers, url } = response;
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null) {
    return `${status}, a redirect to ${hide(addressOf(location, url))}`;
  }
  const error = errorSchema.safeParse(parseObject(text));
  if (error.success) return `${status}, ${quoted(hide(error.data.message))}`;
  if (text === '') return `${status} without a message`;
  const type = headers.get('content-type');
  return `${status}, ${quoted(hide(text))}${type === null ? '' : ` (${type})`}`;
}

/** Omits query and user, which may be secret. */
function addressOf(location: string, url: string): string {
  if (!URL.canParse(location, url)) return 'an address that cannot be read';
  const { origin, pathname } = new URL(location, url);
  return `${origin}${pathname}`;
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_QUOTED_CHARACTERS ? `"${line}"` : `"${line.slice(0, MAX_QUOTED_CHARACTERS)}…"`;
}

/** Removes the credentials of the `Authorization` header that was sent: a proxy may repeat a request in its response. */
export function withoutCredentials(text: string, authorization: string | null): string {
  if (authorization === null) return text;
  const sent = authorization.slice(authorization.indexOf(' ') + 1);
  // Both a password and an API key are sent as base64 of `<name>:<secret>`.
  const decoded = Buffer.from(sent, 'base64').toString('utf8');
  const secrets = [sent, decoded.slice(decoded.indexOf(':') + 1)].filter((secret) => secret !== '');
  return secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
