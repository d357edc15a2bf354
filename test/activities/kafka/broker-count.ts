import { connect } from 'node:net';

const METADATA = 3;
/** Spoken by every broker from 1.0 to 4.x. */
const VERSION = 5;
const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * Asks one broker for the brokers of its cluster: a request for the metadata of no topic.
 *
 * @param broker - `host:port`
 * @returns how many brokers the cluster has that serve clients
 */
export async function countBrokers(broker: string, signal: AbortSignal): Promise<number> {
  const colon = broker.lastIndexOf(':');
  const socket = connect({ host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)), signal });
  try {
    socket.write(metadataRequest());
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      const size = received.length < 4 ? Infinity : received.readInt32BE(0);
      if (size !== Infinity && (size < 12 || size > MAX_RESPONSE_BYTES))
        throw new Error(`${broker} does not speak Kafka`);
      // Length, correlation id, throttle time; then the array of brokers begins with its length.
      if (received.length >= 16) return received.readInt32BE(12);
    }
    throw new Error(`${broker} closed the connection without an answer`);
  } finally {
    socket.destroy();
  }
}

function metadataRequest(): Buffer {
  const header = Buffer.alloc(10);
  header.writeInt16BE(METADATA, 0);
  header.writeInt16BE(VERSION, 2);
  header.writeInt32BE(1, 4); // correlation id
  header.writeInt16BE(-1, 8); // no client id
  const body = Buffer.alloc(5); // an empty list of topics, and no topic is to be created
  const size = Buffer.alloc(4);
  size.writeInt32BE(header.length + body.length, 0);
  return Buffer.concat([size, header, body]);
}
