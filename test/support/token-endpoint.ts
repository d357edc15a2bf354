import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { CertificateFiles } from '../../deploy/local/security/certificates';
import { listen } from './listen';

const KEY_BITS = 2_048;
/** What its tokens say of themselves. */
export const TOKEN_ISSUER = 'https://tokens.example';
export const TOKEN_AUDIENCE = 'kafka';

/** Whom it grants tokens. */
export interface TokenClient {
  readonly id: string;
  readonly secret: string;
  readonly scope: string;
}

/** A token endpoint with TLS that grants signed tokens for client credentials (RFC 6749, section 4.4). */
export class TokenEndpoint {
  readonly #keyId = randomUUID();
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: KEY_BITS });
  readonly #server;
  #granted = 0;
  url = '';

  constructor(
    { certificate, key }: CertificateFiles,
    private readonly client: TokenClient,
    private readonly lifeSeconds: number,
  ) {
    this.#server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  /** What its tokens can be verified with. */
  get keySet(): object {
    const key = this.#keys.publicKey.export({ format: 'jwk' });
    return { keys: [{ ...key, kid: this.#keyId, alg: 'RS256', use: 'sig' }] };
  }

  /** How many tokens it has granted. */
  get granted(): number {
    return this.#granted;
  }

  async start(): Promise<void> {
    this.url = `https://127.0.0.1:${await listen(this.#server)}/token`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: object }> {
    const form = new URLSearchParams(await text(request));
    const { id, secret, scope } = this.client;
    const expected = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    if (request.headers.authorization !== expected) return { status: 401, body: { error: 'invalid_client' } };
    if (form.get('grant_type') !== 'client_credentials')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    if (form.get('scope') !== scope) return { status: 400, body: { error: 'invalid_scope' } };
    this.#granted += 1;
    const body = { access_token: this.#token(), token_type: 'Bearer', expires_in: this.lifeSeconds, scope };
    return { status: 200, body };
  }

  #token(): string {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const { id: sub, scope } = this.client;
    const claims = {
      sub,
      scope,
      iss: TOKEN_ISSUER,
      aud: TOKEN_AUDIENCE,
      iat: nowSeconds,
      exp: nowSeconds + this.lifeSeconds,
    };
    const signed = [{ alg: 'RS256', kid: this.#keyId }, claims].map(encoded).join('.');
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#keys.privateKey).toString('base64url')}`;
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
