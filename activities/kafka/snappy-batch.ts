import { uncompressSync } from 'snappy';

/** Of the framing of snappy-java, which Kafka's Java clients and brokers write. */
const FRAMING_MAGIC = Buffer.from('\x82SNAPPY\0', 'latin1');
/** Magic and two versions. */
const FRAMING_HEADER_BYTES = 16;
const LENGTH_BYTES = 4;

/**
 * Decompresses the records of a batch: blocks in the framing of snappy-java, or one block without framing, as librdkafka
 * and the clients made from it write.
 *
 * @throws Error when the bytes are damaged
 */
export function decompressSnappy(batch: Buffer): Buffer {
  if (!batch.subarray(0, FRAMING_MAGIC.length).equals(FRAMING_MAGIC)) return decompressBlock(batch);
  const blocks: Buffer[] = [];
  for (let at = FRAMING_HEADER_BYTES; at < batch.length;) {
    const start = at + LENGTH_BYTES;
    const end = start + batch.readUInt32BE(at);
    if (end > batch.length) throw new Error(`expected a block of ${end - start} bytes, got ${batch.length - start}`);
    blocks.push(decompressBlock(batch.subarray(start, end)));
    at = end;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(block: Buffer): Buffer {
  return uncompressSync(block, { asBuffer: true }) as Buffer;
}
