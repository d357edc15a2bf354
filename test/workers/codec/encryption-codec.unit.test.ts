import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { CodecKeys } from '../../../workers/codec/codec-keys';
import { EncryptionCodec } from '../../../workers/codec/encryption-codec';

const MARKER = 'greenhouse-sensor-4711';
const [first, second, third] = ['first', 'second', 'third'].map(
  (id) => `${id} ${randomBytes(32).toString('base64')}`,
) as [string, string, string];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codec-keys-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function keyFile(...lines: string[]): string {
  const path = join(folder, 'keys');
  writeFileSync(path, lines.join('\n'), { mode: 0o600 });
  return path;
}

const codecOf = (path: string): EncryptionCodec => new EncryptionCodec(new CodecKeys(path));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const keyIdOf = ({ metadata }: Payload): string => Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();
async function encoded(codec: EncryptionCodec, value: unknown = MARKER): Promise<Payload> {
  const [payload] = await codec.encode([payloadOf(value)]);
  if (payload === undefined) throw new Error('expected a payload');
  return payload;
}
async function decoded(codec: EncryptionCodec, payload: Payload): Promise<unknown> {
  const [plain] = await codec.decode([payload]);
  return plain === undefined ? undefined : defaultPayloadConverter.fromPayload(plain);
}

describe('EncryptionCodec', () => {
  it('shows nothing of a payload, and decodes it', async () => {
    const codec = codecOf(keyFile('# of November', first));
    const payload = await encoded(codec);
    expect(JSON.stringify(payload)).not.toContain(Buffer.from(MARKER).toString('base64').slice(4, -4));
    expect(Buffer.from(payload.data ?? []).includes(MARKER)).toBe(false);
    expect(keyIdOf(payload)).toBe('first');
    expect(await decoded(codec, payload)).toBe(MARKER);
  });

  it('never encrypts two payloads to the same bytes', async () => {
    const codec = codecOf(keyFile(first));
    expect((await encoded(codec)).data).not.toEqual((await encoded(codec)).data);
  });

  it('reads payloads that are not encrypted, and without keys writes them', async () => {
    const plain = payloadOf(MARKER);
    expect(await decoded(codecOf(keyFile(first)), plain)).toBe(MARKER);
    expect(await encoded(new EncryptionCodec(null))).toEqual(plain);
  });

  it('encrypts with the first key of the file, and decrypts with every one', async () => {
    const before = await encoded(codecOf(keyFile(first)));
    const codec = codecOf(keyFile(second, first));
    expect(keyIdOf(await encoded(codec))).toBe('second');
    expect(await decoded(codec, before)).toBe(MARKER);
  });

  it('decrypts at once with a key that was added to the file, and soon encrypts with it', async () => {
    const path = keyFile(first);
    const codec = codecOf(path);
    const foreign = await encoded(codecOf(keyFile(third)));
    keyFile(third, first);
    expect(await decoded(codec, foreign)).toBe(MARKER);
    expect(keyIdOf(await encoded(codec))).toBe('third');
    keyFile(second, third, first);
    let id = '';
    await untilAsync(async () => (id = keyIdOf(await encoded(codec))) === 'second');
    expect(id).toBe('second');
  });

  it('keeps the keys that it has while the file is damaged', async () => {
    const codec = codecOf(keyFile(first));
    const print = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const foreign = await encoded(codecOf(keyFile(second)));
    keyFile('half a li');
    await expect(codec.decode([foreign])).rejects.toThrow('Expected the key second');
    expect(keyIdOf(await encoded(codec))).toBe('first');
    expect(print.mock.calls.flat().join()).toMatch(/line 1: expected .*what it had before stays in use/);
    expect(print.mock.calls.flat().join()).not.toContain('half');
    print.mockRestore();
  });

  it.each([
    ['another key', [second], /^Expected the key first, with which .* in TEMPORAL_CODEC_KEYS_FILE: got second\. Add/],
    ['another key under the same id', [first.slice(0, 6) + second.slice(7)], /names the key first does not decrypt/],
  ])('says with %s which key is missing', async (_what, lines, message) => {
    const payload = await encoded(codecOf(keyFile(first)));
    const decoding = codecOf(keyFile(...lines)).decode([payload]);
    await expect(decoding).rejects.toThrow(message);
    await expect(decoding).rejects.toMatchObject({ type: 'PayloadUnreadable', nonRetryable: false });
  });

  it('says without keys which key is missing', async () => {
    const payload = await encoded(codecOf(keyFile(first)));
    await expect(new EncryptionCodec(null).decode([payload])).rejects.toThrow(
      /Expected the key first.*TEMPORAL_CODEC_KEYS_FILE is not set/,
    );
  });

  it.each([0, 5, 20, 28])('refuses a payload of which byte %i was changed or that ends there', async (at) => {
    const codec = codecOf(keyFile(first));
    const { metadata, data } = await encoded(codec);
    const changed = Buffer.from(data ?? []);
    changed[at] = (changed[at] ?? 0) ^ 1;
    for (const damaged of [changed, changed.subarray(0, at)]) {
      await expect(codec.decode([{ metadata: metadata ?? {}, data: damaged }])).rejects.toThrow('is damaged');
    }
  });
});

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  let isMet = false;
  while (!isMet) {
    isMet = await condition();
    if (!isMet) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the file of keys', () => {
  it.each([
    ['no key', ['# nothing yet', ''], /expected at least one key, got none/],
    ['a key of 16 bytes', [`short ${randomBytes(16).toString('base64')}`], /line 1: expected "<key id> <base64/],
    ['a line without an id', [first, randomBytes(32).toString('base64')], /line 2: expected "<key id> <base64/],
    [
      'an id twice',
      [first, `first ${randomBytes(32).toString('base64')}`],
      /line 2: expected each key id once, got first/,
    ],
  ])('is refused with %s, without showing it', (_what, lines, message) => {
    const read = () => new CodecKeys(keyFile(...lines));
    expect(read).toThrow(message);
    expect(read).toThrow(/^TEMPORAL_CODEC_KEYS_FILE: \//);
    expect(read).not.toThrow(/[A-Za-z0-9+/]{43}=/);
  });

  it.each([0o644, 0o604, 0o620])('is refused with mode %o', (mode) => {
    const path = keyFile(first);
    chmodSync(path, mode);
    expect(() => new CodecKeys(path)).toThrow(`chmod 600), got mode ${mode.toString(8)}`);
  });

  it('is refused if there is none', () => {
    expect(() => new CodecKeys(join(folder, 'nothing'))).toThrow(/expected a file that can be read, got ENOENT/);
  });
});
