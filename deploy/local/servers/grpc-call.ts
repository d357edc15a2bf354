import { connect, type IncomingHttpHeaders } from 'node:http2';

/**
 * One unary gRPC call without TLS, for a request that is at most one string in field 1.
 *
 * @returns the status the server answered with, and its message
 */
export async function grpcCall(
  address: string,
  method: string,
  field1: string,
  signal: AbortSignal,
): Promise<{ status: number; message: string }> {
  const session = connect(`http://${address}`);
  try {
    return await new Promise((resolve, reject) => {
      session.once('error', reject);
      const call = session.request(
        { ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' },
        { signal },
      );
      const settle = (headers: IncomingHttpHeaders): void => {
        const status = headers['grpc-status'];
        if (status !== undefined) resolve({ status: Number(status), message: [headers['grpc-message']].flat().join() });
      };
      // A refusal comes with the headers, an answer with the trailers behind its body.
      call.once('response', settle).once('trailers', settle).once('error', reject);
      call.once('end', () => {
        reject(new Error(`${address} does not speak gRPC`));
      });
      call.resume();
      call.end(frame(field1));
    });
  } finally {
    session.destroy();
  }
}

/** A length-prefixed, uncompressed message. */
function frame(field1: string): Buffer {
  const text = Buffer.from(field1);
  if (text.length > 127) throw new RangeError(`expected at most 127 bytes, came ${text.length}`);
  const message = Buffer.concat([Buffer.from([0x0a, text.length]), text]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
