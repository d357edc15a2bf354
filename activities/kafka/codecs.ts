import { promisify } from 'node:util';
import { unzip } from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { decompressFrameSync as decompressLz4 } from 'lz4-napi';
import { decompressSnappy } from './snappy-batch';

/** A batch of records that cannot be decompressed. */
export class CodecError extends Error {
  /** Read by KafkaJS, which would fetch the same bytes again. */
  readonly retriable = false;

  constructor(codec: string, cause: unknown) {
    super(`${codec}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

type Decompress = (compressed: Buffer) => Uint8Array | Promise<Uint8Array>;

const DECOMPRESS = {
  GZIP: promisify(unzip),
  Snappy: decompressSnappy,
  LZ4: decompressLz4,
  ZSTD: (compressed) => decompressZstd(compressed),
} satisfies Readonly<Record<Exclude<keyof typeof CompressionTypes, 'None'>, Decompress>>;

/**
 * Teaches the client every codec of Kafka, for reading: the client itself has only gzip, and fetches a batch that it
 * cannot decompress again and again.
 */
export function registerCodecs(): void {
  for (const [name, decompress] of Object.entries(DECOMPRESS)) {
    const type = CompressionTypes[name as keyof typeof DECOMPRESS];
    CompressionCodecs[type] = () => ({ decompress: withCodecErrors(name.toLowerCase(), decompress) });
  }
}

function withCodecErrors(codec: string, decompress: Decompress): (compressed: Buffer) => Promise<Buffer> {
  return async (compressed) => {
    try {
      const { buffer, byteOffset, byteLength } = await decompress(compressed);
      return Buffer.from(buffer, byteOffset, byteLength);
    } catch (error) {
      throw new CodecError(codec, error);
    }
  };
}
