import { gzipSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { CodecError, registerCodecs } from '../../../activities/kafka/codecs';

type Codec = Exclude<keyof typeof CompressionTypes, 'None'>;

const RECORDS = Buffer.from(Array.from({ length: 9_000 }, (_, n) => `record ${n} of a batch`).join());

registerCodecs();

async function decompress(codec: Codec, batch: Buffer): Promise<Buffer> {
  const { decompress: run } = CompressionCodecs[CompressionTypes[codec]]() as {
    decompress: (compressed: Buffer) => Promise<Buffer>;
  };
  return await run(batch);
}

/** As snappy-java writes it: a header with two versions, and blocks with their lengths. */
function framedSnappy(records: Buffer, blockBytes: number): Buffer {
  const parts: Buffer[] = [Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')];
  for (let at = 0; at < records.length; at += blockBytes) {
    const block = compressSync(records.subarray(at, at + blockBytes));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    parts.push(length, block);
  }
  return Buffer.concat(parts);
}

/** A frame of one block that is stored as it is. */
function storedZstd(records: Buffer): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, records.length, 0, 0, 0]);
  header.writeUIntLE((records.length << 3) | 1, 6, 3);
  return Buffer.concat([header, records]);
}

const short = RECORDS.subarray(0, 200);

describe('a codec', () => {
  it.each<[string, Codec, Buffer, Buffer]>([
    ['gzip', 'GZIP', gzipSync(RECORDS), RECORDS],
    ['snappy in the framing of Java clients', 'Snappy', framedSnappy(RECORDS, 32 * 1024), RECORDS],
    ['snappy without framing', 'Snappy', compressSync(RECORDS), RECORDS],
    ['lz4', 'LZ4', compressFrameSync(RECORDS), RECORDS],
    ['zstd', 'ZSTD', storedZstd(short), short],
  ])('reads %s', async (_what, codec, batch, records) => {
    expect((await decompress(codec, batch)).equals(records)).toBe(true);
  });

  it.each<[string, Codec, Buffer]>([
    ['gzip', 'GZIP', gzipSync(RECORDS).subarray(0, 500)],
    ['snappy', 'Snappy', framedSnappy(RECORDS, 32 * 1024).subarray(0, 5_000)],
    ['snappy', 'Snappy', Buffer.from('no snappy at all')],
    ['lz4', 'LZ4', compressFrameSync(RECORDS).subarray(4)],
    ['zstd', 'ZSTD', storedZstd(short).subarray(1)],
  ])('names itself when the bytes are damaged: %s', async (name, codec, batch) => {
    const error: unknown = await decompress(codec, batch).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CodecError);
    expect(error).toMatchObject({
      retriable: false,
      message: expect.stringMatching(new RegExp(`^${name}: .`)) as string,
    });
  });
});
