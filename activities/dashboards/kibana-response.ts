import { z } from 'zod';

/** The response from the address of a Kibana, perhaps from another program. */
export interface KibanaResponse {
  readonly status: number;
  readonly contentType: string | null;
  /** Null if it is not a redirect. */
  readonly location: string | null;
  readonly text: string;
}

const MAX_QUOTED_CHARACTERS = 400;

const errorSchema = z.object({ message: z.string().min(1) });

/**
 * Returns status and message of a response for a failure message.
 *
 * @param url - of the request
 * @param hide - removes secrets from a text
 */
export function describeResponse(response: KibanaResponse, url: string, hide: (text: string) => string): string {
  const { status, contentType, location, text } = response;
  if (location !== null) return `${status}, a redirect to ${hide(addressOf(location, url))}`;
  const error = errorSchema.safeParse(parsedJson(text));
  if (error.success) return `${status}, ${quoted(hide(error.data.message))}`;
  const type = contentType === null ? '' : ` (${contentType})`;
  return text === '' ? `${status} without a message` : `${status}, ${quoted(hide(text))}${type}`;
}

/** Returns undefined if it is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
