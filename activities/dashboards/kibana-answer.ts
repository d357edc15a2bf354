import { z } from 'zod';

/** What came from the address of a Kibana, whether or not Kibana is there. */
export interface KibanaAnswer {
  readonly status: number;
  readonly contentType: string | null;
  /** Null where it is no redirect. */
  readonly location: string | null;
  readonly text: string;
}

const MAX_QUOTED_CHARACTERS = 400;

const errorSchema = z.object({ message: z.string().min(1) });

/**
 * Status and message of an answer, to be read by a person.
 *
 * @param url - of the request
 * @param hide - takes secrets out of a text
 */
export function describeAnswer(answer: KibanaAnswer, url: string, hide: (text: string) => string): string {
  const { status, contentType, location, text } = answer;
  if (location !== null) return `${status}, a redirect to ${hide(addressOf(location, url))}`;
  const error = errorSchema.safeParse(parsedJson(text));
  if (error.success) return `${status}, ${quoted(hide(error.data.message))}`;
  const type = contentType === null ? '' : ` (${contentType})`;
  return text === '' ? `${status} without a message` : `${status}, ${quoted(hide(text))}${type}`;
}

/** Undefined where it is not JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Query and user of an address may be secret. */
function addressOf(location: string, url: string): string {
  if (!URL.canParse(location, url)) return 'an address that cannot be read';
  const { origin, pathname } = new URL(location, url);
  return `${origin}${pathname}`;
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_QUOTED_CHARACTERS ? `"${line}"` : `"${line.slice(0, MAX_QUOTED_CHARACTERS)}…"`;
}
