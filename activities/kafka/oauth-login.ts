import type { Mechanism } from 'kafkajs';

const SEPARATOR = '\u0001';
/** How many bytes before a message say how long it is. */
const LENGTH_BYTES = 4;

/**
 * SASL OAUTHBEARER (RFC 7628) for KafkaJS. Its own takes the broker's refusal of a token for a success, so that the broker
 * closes the connection at the next request without a reason.
 */
export function oauthLogin(token: () => Promise<{ readonly value: string }>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const { value } = await token();
        const request = message(`n,,${SEPARATOR}auth=Bearer ${value}${SEPARATOR}${SEPARATOR}`);
        const refusal = await saslAuthenticate({ request, response: TEXT });
        // The broker tells that the login has failed once its refusal is acknowledged.
        if (typeof refusal === 'string' && refusal !== '') await saslAuthenticate({ request: message(SEPARATOR) });
      },
    }),
  };
}

const TEXT = {
  decode: (bytes: Buffer): Buffer => bytes.subarray(LENGTH_BYTES),
  parse: (bytes: Buffer): string => bytes.toString(),
};

function message(text: string): { encode: () => Buffer } {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(bytes.length);
  return { encode: () => Buffer.concat([length, bytes]) };
}
