import { RowText, type FileRow } from './row-text';

const LF = 0x0a;

/**
 * Reads the lines of an NDJSON file as they stand; empty lines are no rows.
 *
 * @param from - byte position of the first chunk, at the beginning of a line
 * @throws SourceMalformed when a line is too long to be a row
 */
export async function* readNdjsonLines(
  chunks: AsyncIterable<Buffer>,
  { path, from }: { readonly path: string; readonly from: number },
): AsyncGenerator<FileRow[]> {
  const text = new RowText(path, from);
  let position = from;
  const take = (ends: readonly number[]): FileRow[] =>
    text.take(ends).flatMap((bytes, index) => (bytes.length > 0 ? [{ bytes, end: ends[index] ?? position }] : []));
  let open = false;
  for await (const chunk of chunks) {
    const ends: number[] = [];
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) ends.push(position + at + 1);
    text.push(chunk);
    position += chunk.length;
    open = ends.at(-1) !== position;
    yield take(ends);
  }
  if (open) yield take([position]);
}
