const LF = 0x0a;

/** Bytes in chunks of any size. */
export type ByteStream = AsyncGenerator<Buffer>;

/** Returns the first bytes, fewer only if there are no more, and all bytes. */
export async function withHead(
  bytes: ByteStream,
  headBytes: number,
): Promise<{ readonly head: Buffer; readonly all: ByteStream }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await bytes.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, all: joined(head, bytes) };
}

/** Omits the first `count` bytes. */
export async function* afterBytes(bytes: ByteStream, count: number): ByteStream {
  let left = count;
  for await (const chunk of bytes) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** Omits the first `count` lines, and returns how many bytes they have. */
export async function afterLines(
  bytes: ByteStream,
  count: number,
): Promise<{ readonly omitted: number; readonly rest: ByteStream }> {
  let [omitted, left] = [0, count];
  while (left > 0) {
    const next = await bytes.next();
    if (next.done === true) break;
    let end = 0;
    for (; left > 0 && end < next.value.length; left--) {
      const lineEnd = next.value.indexOf(LF, end);
      if (lineEnd < 0) break;
      end = lineEnd + 1;
    }
    if (left === 0) return { omitted: omitted + end, rest: joined(next.value.subarray(end), bytes) };
    omitted += next.value.length;
  }
  return { omitted, rest: bytes };
}

/** Returns how many lines end in the first `count` bytes. */
export async function lineEnds(bytes: ByteStream, count: number): Promise<number> {
  let [position, found] = [0, 0];
  for await (const chunk of bytes) {
    const part = chunk.subarray(0, count - position);
    for (let at = part.indexOf(LF); at >= 0; at = part.indexOf(LF, at + 1)) found++;
    position += part.length;
    if (position >= count) break;
  }
  return found;
}

async function* joined(head: Buffer, bytes: ByteStream): ByteStream {
  try {
    yield head;
    yield* bytes;
  } finally {
    await bytes.return(undefined);
  }
}
