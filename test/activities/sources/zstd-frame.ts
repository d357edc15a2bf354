const IS_LAST = 1;

/** A frame of zstd with one block that is not compressed; Node has no compressor of its own before 22.15. */
export function zstdFrame(content: string): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(12);
  header.writeUInt32LE(0xfd2fb528, 0);
  // A single segment, whose size has four bytes; no checksum.
  header.writeUInt8(0b1010_0000, 4);
  header.writeUInt32LE(bytes.length, 5);
  header.writeUIntLE((bytes.length << 3) | IS_LAST, 9, 3);
  return Buffer.concat([header, bytes]);
}
