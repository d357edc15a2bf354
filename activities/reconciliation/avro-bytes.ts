import { isUtf8 } from 'node:buffer';

/** Bytes that do not fit their schema. */
export class UnreadableAvro extends Error {
  override readonly name = 'UnreadableAvro';
}

/** Whose bits fit into a number. */
const SMALL_BYTES = 4;

/** Reads the primitives of Avro's binary encoding, one after the other; each throws {@link UnreadableAvro}. */
export class AvroBytes {
  #at = 0;

  constructor(private readonly bytes: Buffer) {}

  get length(): number {
    return this.bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  /** Of at most `maxBytes` bytes: 5 for an int, 10 for a long. */
  integer(maxBytes: 5 | 10): bigint {
    let small = 0;
    let zigzag = 0n;
    for (let place = 0; place < maxBytes; place++) {
      const byte = this.byte();
      // Most numbers are small, and fast without big integers.
      if (place < SMALL_BYTES) small |= (byte & 0x7f) << (7 * place);
      else zigzag |= BigInt(byte & 0x7f) << BigInt(7 * place);
      if (byte > 0x7f) continue;
      if (place < SMALL_BYTES) return BigInt((small >>> 1) ^ -(small & 1));
      const bits = BigInt.asUintN(maxBytes === 5 ? 32 : 64, zigzag | BigInt(small));
      return (bits >> 1n) ^ -(bits & 1n);
    }
    throw new UnreadableAvro('expected the end of a number');
  }

  byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new UnreadableAvro('expected more bytes');
    return byte;
  }

  /** Items that follow in a list or map; 0 at its end. */
  count(): bigint {
    const count = this.integer(10);
    if (count >= 0n) return count;
    this.integer(10);
    return -count;
  }

  text(): string {
    const bytes = this.take(this.integer(10));
    if (!isUtf8(bytes)) throw new UnreadableAvro('expected UTF-8');
    return bytes.toString('utf8');
  }

  take(count: number | bigint): Buffer {
    if (count < 0 || count > this.bytes.length - this.#at) throw new UnreadableAvro('expected more bytes');
    const taken = this.bytes.subarray(this.#at, this.#at + Number(count));
    this.#at += taken.length;
    return taken;
  }
}
