import type { FileText } from '../../../../activities/sources/file/file-text';

/** UTF-8 text in chunks of a size, from a position on. */
export function textOf(bytes: Buffer, { from, size }: { readonly from: number; readonly size: number }): FileText {
  return {
    encoding: 'utf-8',
    from,
    chunks: pieces(bytes.subarray(from), size),
    lineAt: (position) => Promise.resolve(bytes.subarray(0, position).toString().split('\n').length),
  };
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
