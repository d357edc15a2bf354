import { ReloadedFile } from '../reloaded-file';

const KEY_BYTES = 32;
const LINE = /^([A-Za-z0-9._-]{1,64})[ \t]+([A-Za-z0-9+/]{43}=)$/;

interface Keys {
  readonly encrypting: { readonly id: string; readonly key: Buffer };
  readonly byId: ReadonlyMap<string, Buffer>;
}

/**
 * The AES-256 keys of a file with one `<id> <base64 of 32 bytes>` on each line, and comments after `#`. The first one
 * encrypts, every one decrypts.
 */
export class CodecKeys {
  readonly #file: ReloadedFile<Keys>;

  /** @throws ConfigError when the file cannot be read or has no keys */
  constructor(path: string) {
    this.#file = new ReloadedFile({ setting: 'TEMPORAL_CODEC_KEYS_FILE', path, secret: true, parse });
  }

  /** The key that encrypts. */
  get current(): Keys['encrypting'] {
    return this.#file.value.encrypting;
  }

  /** The ids, in the order of the file. */
  get ids(): readonly string[] {
    return [...this.#file.value.byId.keys()];
  }

  /** Looks into the file again for a key that it did not have. */
  find(id: string): Buffer | undefined {
    return this.#file.value.byId.get(id) ?? this.#file.newest().byId.get(id);
  }
}

function parse(text: string): Keys {
  const byId = new Map<string, Buffer>();
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.replace(/#.*/, '').trim();
    if (line === '') continue;
    const [, id = '', base64 = ''] = LINE.exec(line) ?? [];
    const key = Buffer.from(base64, 'base64');
    const at = `line ${index + 1}`;
    if (key.length !== KEY_BYTES)
      throw new Error(`${at}: expected "<key id> <base64 of ${KEY_BYTES} bytes>", got another text`);
    if (byId.has(id)) throw new Error(`${at}: expected each key id once, got ${id} again`);
    byId.set(id, key);
  }
  const [first] = byId;
  if (first === undefined) throw new Error('expected at least one key, got none');
  const [id, key] = first;
  return { encrypting: { id, key }, byId };
}
