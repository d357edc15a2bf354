import type { DataConverter } from '@temporalio/common';
import type { Config } from '../config';
import { CodecKeys } from './codec-keys';
import { EncryptionCodec } from './encryption-codec';

/**
 * Returns how workers and clients write to Temporal: encrypted if the settings name a file of keys, else readable.
 *
 * @throws ConfigError when that file cannot be read or has no keys
 */
export function dataConverterOf({ TEMPORAL_CODEC_KEYS_FILE: path }: Config): DataConverter {
  const payloadCodecs = [new EncryptionCodec(path === undefined ? null : new CodecKeys(path))];
  if (path === undefined) return { payloadCodecs };
  return { payloadCodecs, failureConverterPath: require.resolve('./failure-converter') };
}
