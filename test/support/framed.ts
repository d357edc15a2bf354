/** A value in the framing of a schema registry. */
export function framed(schemaId: number, value: string | Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(schemaId, 1);
  return Buffer.concat([head, Buffer.from(value)]);
}
