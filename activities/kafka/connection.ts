import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Kafka, logLevel, type ISocketFactory, type KafkaConfig } from 'kafkajs';
import type { TlsTexts } from '../contracts/tls-problem';
import { protectedDispatcher } from '../http/protected-dispatcher';
import { kafkaFailure } from './kafka-failure';
import { oauthLogin } from './oauth-login';
import { OauthToken, type ClientCredentials } from './oauth-token';
import { TlsRequired } from './refusal';

/** With which name and secret a client authenticates. Secret. */
export type KafkaSasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | ({ readonly mechanism: 'OAUTHBEARER' } & ClientCredentials);

/** How connections to the brokers are protected; null: not. Secret. */
export interface KafkaSecurity {
  readonly tls: TlsTexts | null;
  readonly sasl: KafkaSasl | null;
}

export interface KafkaServers {
  /** Each as `host:port`. */
  readonly brokers: readonly string[];
  /** Called for each new client, so that it uses what files hold then; default: plaintext without authentication. */
  readonly security?: () => KafkaSecurity;
}

export const UNPROTECTED: KafkaSecurity = { tls: null, sasl: null };
const KEEP_ALIVE_MS = 60_000;
/** KafkaJS gives up after a second, which a handshake with a busy broker exceeds. */
const TLS_TIMEOUT_MS = 10_000;
/** The first bytes of an alert in TLS, with which a broker answers what is not TLS. */
const TLS_ALERT = Buffer.from([0x15, 0x03]);

/** Opens clients of KafkaJS with the security that files hold at that time. */
export class KafkaClients {
  readonly #token = new OauthToken(protectedDispatcher(() => this.#security().tls ?? {}));
  /** The last TLS session with each broker, and the texts that it was opened with. */
  readonly #sessions = new Map<string, Buffer>();
  #texts = '';

  constructor(
    private readonly servers: KafkaServers,
    private readonly config: Omit<KafkaConfig, 'brokers'>,
  ) {}

  /** Returns a new client, which connects on first use. @throws AccessRefused when a file of the security cannot be read */
  open(): Kafka {
    const { tls, sasl } = this.#readSecurity();
    const texts = JSON.stringify(tls);
    if (texts !== this.#texts) this.#sessions.clear();
    this.#texts = texts;
    return new Kafka({
      // KafkaJS logs retried conditions as errors; what matters is thrown by the call.
      logLevel: logLevel.NOTHING,
      socketFactory: this.#socket,
      ...(tls !== null && { ssl: { ...tls }, connectionTimeout: TLS_TIMEOUT_MS }),
      ...(sasl !== null && { sasl: this.#saslOptions(sasl) }),
      ...this.config,
      brokers: [...this.servers.brokers],
    });
  }

  #readSecurity(): KafkaSecurity {
    try {
      return this.#security();
    } catch (error) {
      throw kafkaFailure(error, 'Connecting to Kafka');
    }
  }

  #security(): KafkaSecurity {
    return this.servers.security?.() ?? UNPROTECTED;
  }

  #saslOptions(sasl: KafkaSasl): NonNullable<KafkaConfig['sasl']> {
    switch (sasl.mechanism) {
      case 'PLAIN':
        return { ...sasl, mechanism: 'plain' };
      case 'SCRAM-SHA-256':
        return { ...sasl, mechanism: 'scram-sha-256' };
      case 'SCRAM-SHA-512':
        return { ...sasl, mechanism: 'scram-sha-512' };
      case 'OAUTHBEARER':
        return oauthLogin(() => this.#token.current(sasl));
    }
  }

  readonly #socket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    // Other than its types say, KafkaJS passes null for a client without TLS.
    const tls = ssl as TlsTexts | null;
    const socket = tls === null ? connectTcp({ host, port }, onConnect) : this.#tlsSocket(host, port, tls, onConnect);
    // KafkaJS would wait for the rest of an alert until its request times out.
    socket.once('data', (answer: Buffer) => {
      const isAlert = tls === null && answer.subarray(0, TLS_ALERT.length).equals(TLS_ALERT);
      if (isAlert) socket.destroy(new TlsRequired());
    });
    return socket.setKeepAlive(true, KEEP_ALIVE_MS);
  };

  #tlsSocket(host: string, port: number, tls: TlsTexts, onConnect: () => void): ReturnType<typeof connectTls> {
    const broker = `${host}:${port}`;
    const session = this.#sessions.get(broker);
    // TLS names servers by host name, never by address.
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const socket = connectTls({ host, port, ...servername, ...tls, ...(session && { session }) }, onConnect);
    socket.on('session', (latest) => this.#sessions.set(broker, latest));
    socket.once('error', () => this.#sessions.delete(broker));
    return socket;
  }
}
