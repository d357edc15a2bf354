import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { pipelineFailure } from '../../activities/contracts/failures';
import type { CodecKeys } from './codec-keys';

const { Payload: PayloadMessage } = temporal.api.common.v1;

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** The names that the samples of Temporal's SDKs use. */
const ENCODING = 'encoding';
const ENCRYPTED = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';

/**
 * Encrypts whole payloads with AES-256-GCM: an IV, the ciphertext and its tag, with the id of the key in the metadata.
 * Without keys payloads stay as they are; payloads that are not encrypted are read in both cases.
 */
export class EncryptionCodec implements PayloadCodec {
  constructor(private readonly keys: CodecKeys | null) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous
  async encode(payloads: Payload[]): Promise<Payload[]> {
    const { keys } = this;
    return keys === null ? payloads : payloads.map((payload) => encrypted(payload, keys));
  }

  /** @throws PayloadUnreadable when the key is missing or another one, or a payload is damaged */
  // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#decrypted(payload) : payload));
  }

  #decrypted({ metadata, data }: Payload): Payload {
    const id = textOf(metadata?.[KEY_ID]);
    const key = this.keys?.find(id);
    if (key === undefined) {
      const known = this.keys === null ? 'TEMPORAL_CODEC_KEYS_FILE is not set' : `got ${this.keys.ids.join(', ')}`;
      throw pipelineFailure(
        'PayloadUnreadable',
        `Expected the key ${id}, with which a payload in Temporal is encrypted, in TEMPORAL_CODEC_KEYS_FILE: ${known}. ` +
          'Add the key to the file.',
      );
    }
    try {
      return PayloadMessage.decode(decrypt(key, data ?? new Uint8Array()));
    } catch (cause) {
      const message = `A payload in Temporal that names the key ${id} does not decrypt with it: the payload is damaged, or TEMPORAL_CODEC_KEYS_FILE has another key under this id.`;
      throw pipelineFailure('PayloadUnreadable', message, { cause });
    }
  }
}

function encrypted(payload: Payload, keys: CodecKeys): Payload {
  const { id, key } = keys.current;
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  const text = [cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()];
  return {
    metadata: { [ENCODING]: Buffer.from(ENCRYPTED), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([iv, ...text, cipher.getAuthTag()]),
  };
}

function decrypt(key: Buffer, data: Uint8Array): Buffer {
  const decipher = createDecipheriv(CIPHER, key, data.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(data.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(data.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
}

function isEncrypted({ metadata }: Payload): boolean {
  return textOf(metadata?.[ENCODING]) === ENCRYPTED;
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString();
}
