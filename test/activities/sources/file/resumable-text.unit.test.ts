import { randomUUID } from 'node:crypto';
import { ResumableText } from '../../../../activities/sources/file/resumable-text';
import { activityEnvironment } from '../activity-environment';

/** Ten chunks of ten bytes. */
function text(pulled: string[] = []): ResumableText {
  async function* bytes(): AsyncGenerator<Buffer> {
    for (let digit = 0; digit < 10; digit++) {
      const chunk = String(digit).repeat(10);
      pulled.push(chunk);
      yield await Promise.resolve(Buffer.from(chunk));
    }
  }
  return new ResumableText('utf-8', bytes());
}

/** Reads up to a number of chunks, in an activity. */
async function read(from: ResumableText, position: number, key: string | null, maxChunks = 100): Promise<string> {
  return activityEnvironment().run(async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of from.read(position, key)) if (chunks.push(chunk) >= maxChunks) break;
    return Buffer.concat(chunks).toString();
  });
}

const WHOLE = Array.from({ length: 10 }, (_, digit) => String(digit).repeat(10)).join('');

describe('ResumableText', () => {
  it('is read from any position', async () => {
    for (const position of [0, 1, 10, 19, 99, 100]) {
      expect(await read(text(), position, null)).toBe(WHOLE.slice(position));
    }
  });

  it.each([10, 15, 20, 25, 57])(
    'continues at %d where a reader stopped, and decodes nothing twice',
    async (position) => {
      const [pulled, key] = [[] as string[], randomUUID()];
      expect(await read(text(pulled), 0, key, 3)).toBe(WHOLE.slice(0, 30));
      const left = ResumableText.resume(key, position);
      expect(left && (await read(left, position, key))).toBe(WHOLE.slice(position));
      expect(pulled.join('')).toBe(WHOLE);
      expect(ResumableText.resume(key, 100)).toBeNull();
    },
  );

  it('does not continue before what it keeps, for two readers at once, or under no key', async () => {
    const key = randomUUID();
    await read(text(), 0, key, 3);
    expect(ResumableText.resume(key, 9)).toBeNull();
    expect(ResumableText.resume(key, 30)).not.toBeNull();
    expect(ResumableText.resume(key, 30)).toBeNull();
    await read(text(), 0, null, 3);
    expect(ResumableText.resume(key, 30)).toBeNull();
  });

  it('does not continue after a failure', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('a'));
      throw new Error('damaged');
    }
    const key = randomUUID();
    await expect(read(new ResumableText('utf-8', failing()), 0, key)).rejects.toThrow('damaged');
    expect(ResumableText.resume(key, 1)).toBeNull();
  });

  it('is dropped when more than four others were left after it', async () => {
    const keys = Array.from({ length: 5 }, () => randomUUID());
    for (const key of keys) await read(text(), 0, key, 1);
    expect(keys.map((key) => ResumableText.resume(key, 10) !== null)).toEqual([false, true, true, true, true]);
  });
});
