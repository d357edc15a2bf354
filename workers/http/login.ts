import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** A proxy that has logged a user in, and names the user in a header. */
interface IdentityProxy {
  /** In lower case. */
  readonly header: string;
  /** IP addresses, or networks as `10.0.0.0/8`. */
  readonly addresses: readonly string[];
}

const MAX_USER_LENGTH = 256;

/** Lets in who sends the token, as a bearer token or as the password of any user, and whom the proxy names. */
export class Login {
  readonly #proxies = new BlockList();

  constructor(
    private readonly token: (() => string) | null,
    private readonly proxy: IdentityProxy | null,
  ) {
    for (const address of proxy?.addresses ?? []) {
      const [network = '', bits] = address.split('/');
      const family = isIPv6(network) ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#proxies.addAddress(network, family);
      else this.#proxies.addSubnet(network, Number(bits), family);
    }
  }

  /** Returns who sent a request, as one key for each user; null if nobody is logged in. */
  userOf(request: IncomingMessage): string | null {
    const named = this.#namedByProxy(request);
    if (named !== null) return `user ${named}`;
    const given = givenToken(request.headers.authorization ?? '');
    const isToken = this.token !== null && given !== null && isEqual(given, this.token());
    return isToken ? `token from ${request.socket.remoteAddress ?? ''}` : null;
  }

  #namedByProxy({ headers, socket: { remoteAddress = '' } }: IncomingMessage): string | null {
    const named = this.proxy === null ? undefined : headers[this.proxy.header];
    if (typeof named !== 'string' || named === '' || named.length > MAX_USER_LENGTH) return null;
    return this.#proxies.check(remoteAddress, isIPv6(remoteAddress) ? 'ipv6' : 'ipv4') ? named : null;
  }
}

function givenToken(authorization: string): string | null {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return credentials;
  if (scheme.toLowerCase() !== 'basic') return null;
  const userAndPassword = Buffer.from(credentials, 'base64').toString();
  return userAndPassword.slice(userAndPassword.indexOf(':') + 1);
}

/** In a time that tells nothing about the tokens. */
function isEqual(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer];
  return timingSafeEqual(one, other);
}
