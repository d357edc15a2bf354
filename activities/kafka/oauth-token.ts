import { type Dispatcher, fetch } from 'undici';
import { z } from 'zod';
import { parseObject } from '../contracts/json-object';

/** What a token endpoint grants tokens for. Secret. */
export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

interface Token {
  readonly value: string;
  readonly renewAtMs: number;
}

const TIMEOUT_MS = 10_000;
/** A token is used for this share of its life. */
const USED_SHARE = 0.8;
/** A connection authenticates again ten seconds before its token ends, and then needs one that lasts longer. */
const UNUSED_MS = 15_000;
const DEFAULT_LIFE_SECONDS = 300;

/** With which a token endpoint refuses a client (RFC 6749, section 5.2). */
const REFUSALS = [400, 401, 403];

/** The token endpoint has refused the client. */
export class TokenRefused extends Error {}

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive().optional() });

/** The token of the last client credentials, asked for once in its life. */
export class OauthToken {
  #token: Token | null = null;
  #credentials = '';

  /** @param dispatcher - opens the connections to token endpoints */
  constructor(private readonly dispatcher: Dispatcher) {}

  /** Returns a token for SASL OAUTHBEARER. @throws Error saying what the endpoint answered, {@link TokenRefused} for a refusal */
  async current(credentials: ClientCredentials): Promise<{ value: string }> {
    const key = JSON.stringify(credentials);
    const isValid = this.#token !== null && this.#credentials === key && Date.now() < this.#token.renewAtMs;
    const token = isValid && this.#token !== null ? this.#token : await requestToken(credentials, this.dispatcher);
    this.#token = token;
    this.#credentials = key;
    return { value: token.value };
  }
}

async function requestToken(
  { tokenUrl, clientId, clientSecret, scope }: ClientCredentials,
  dispatcher: Dispatcher,
): Promise<Token> {
  const expected = `Expected a token from ${tokenUrl} (KAFKA_OAUTH_TOKEN_URL) for ${clientId}, got`;
  const response = await fetch(tokenUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    dispatcher,
  }).catch((error: unknown) => {
    const { cause = error } = error as { cause?: unknown };
    throw new Error(`${expected} no answer (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  });
  const answer = answerSchema.safeParse(parseObject(await response.text()));
  const instead = `${expected} status ${response.status} without a token`;
  if (REFUSALS.includes(response.status)) throw new TokenRefused(instead);
  if (!response.ok || !answer.success) throw new Error(instead);
  const { access_token: value, expires_in: lifeSeconds = DEFAULT_LIFE_SECONDS } = answer.data;
  const lifeMs = lifeSeconds * 1_000;
  return { value, renewAtMs: Date.now() + Math.min(lifeMs * USED_SHARE, lifeMs - UNUSED_MS) };
}
