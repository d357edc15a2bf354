import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protectKeyOf, readProtectKey } from '../../activities/protect-key';

const KEY = '0123456789abcdef0123456789abcdef';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'protect-key-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileOf(content: string): Promise<string> {
  const file = join(folder, 'key');
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

describe('the key of protected values', () => {
  it('hashes by HMAC-SHA-256, and is what its file has before a line break at the end', async () => {
    const expected = createHmac('sha256', KEY).update('pump-7').digest('hex');
    for (const content of [KEY, `${KEY}\n`, `${KEY}\r\n`]) {
      const key = await readProtectKey(await fileOf(content));
      expect([key.hash('pump-7'), key.digest('pump-7')]).toEqual([expected.slice(0, 32), expected]);
    }
    expect((await readProtectKey(await fileOf(`${KEY}\n\n`))).bytes).toHaveLength(33);
  });

  it.each([
    ['is missing', null, 'this worker has none'],
    ['cannot be read', '/nowhere/key', 'ENOENT: no such file or directory'],
  ])('is refused where it %s', async (_what, file, message) => {
    await expect(readProtectKey(file)).rejects.toMatchObject({
      type: 'ProtectKeyMissing',
      nonRetryable: false,
      message: expect.stringContaining(message) as string,
    });
  });

  it('is refused if it is short, or another one than the run began with, without showing it', async () => {
    const short = 'a key of one line';
    const problem = await readProtectKey(await fileOf(short)).catch(String);
    expect(problem).toContain('it has 17 bytes, expected at least 32');
    expect(problem).not.toContain(short);
    const file = await fileOf(KEY);
    const { fingerprint } = await readProtectKey(file);
    expect(await protectKeyOf(file, fingerprint)).toMatchObject({ fingerprint });
    await expect(protectKeyOf(file, 'other')).rejects.toThrow(
      `it has the fingerprint ${fingerprint}, and this run began with other`,
    );
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });
});
