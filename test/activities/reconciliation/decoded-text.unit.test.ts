import { gzipSync } from 'node:zlib';
import { decode } from 'iconv-lite';
import { decodedText } from '../../../activities/reconciliation/decoded-text';
import type { Encoding } from '../../../activities/contracts/file-dialect';

const TEXT = 'Süd;20,5;😀\n'.repeat(3);

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function bytesOf(bytes: Buffer, size: number, encoding: Encoding): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of decodedText(pieces(bytes, size), encoding)) parts.push(part);
  return Buffer.concat(parts);
}

async function decoded(bytes: Buffer, size: number, encoding: Encoding = 'utf-8'): Promise<string> {
  return (await bytesOf(bytes, size, encoding)).toString();
}

describe('decodedText', () => {
  it.each<[string, Buffer, Encoding]>([
    ['UTF-8', Buffer.from(TEXT), 'utf-8'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`), 'windows-1252'],
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), 'utf-8'],
    ['big-endian UTF-16 with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16(), 'utf-8'],
    ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le'), 'utf-16'],
    ['gzip', gzipSync(TEXT), 'utf-8'],
    ['gzip of UTF-16', gzipSync(Buffer.from(`\ufeff${TEXT}`, 'utf16le')), 'utf-8'],
    ['gzip in parts', Buffer.concat([gzipSync('S'), gzipSync(TEXT.slice(1))]), 'utf-8'],
  ])('decodes %s in chunks of any size', async (_, bytes, encoding) => {
    for (const size of [1, 3, 1_000]) expect(await decoded(bytes, size, encoding)).toBe(TEXT);
  });

  it.each(['iso-8859-1', 'windows-1252'] as const)(
    'decodes every byte of %s as the publisher does',
    async (encoding) => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      expect(await decoded(bytes, 7, encoding)).toBe(decode(bytes, encoding));
    },
  );

  it('keeps the bytes of text that is not the UTF-8 it should be', async () => {
    const latin1 = Buffer.from('größe\n', 'latin1');
    expect(await bytesOf(latin1, 2, 'utf-8')).toEqual(latin1);
  });

  it('decodes single bytes as letters, and nothing as nothing', async () => {
    expect(await decoded(Buffer.from('Süd;20,5\n', 'latin1'), 2, 'windows-1252')).toBe('Süd;20,5\n');
    expect(await decoded(Buffer.alloc(0), 1)).toBe('');
    expect(await decoded(Buffer.from('a'), 1)).toBe('a');
  });
});
