import { createHmac } from 'node:crypto';
import type { ReconcileRequest } from '../contracts/report';
import { protectKeyOf } from '../protect-key';
import { bytesDigest } from './content-digest';

/** What ids and contents of raw records become in facts, as the protection of the run says. */
export interface ProtectedIds {
  /** Of an event id or a row that a raw record brings, or that is planned. */
  idOf(brought: string): string;
  /** Digest of the value of a raw record. */
  contentOf(value: Buffer | null): string;
}

export const PLAIN_IDS: ProtectedIds = { idOf: (brought) => brought, contentOf: bytesDigest };

const ID_BYTES = 16;

/** @throws ProtectKeyMissing when the worker does not have the key of the run */
export async function protectedIds(
  { protectKeyFingerprint }: Pick<ReconcileRequest, 'protectKeyFingerprint'>,
  protectKeyFile: string | null,
): Promise<ProtectedIds> {
  if (protectKeyFingerprint === undefined) return PLAIN_IDS;
  const { bytes } = await protectKeyOf(protectKeyFile, protectKeyFingerprint);
  const hmac = (data: string | Buffer): Buffer =>
    createHmac('sha256', bytes).update(data).digest().subarray(0, ID_BYTES);
  return {
    idOf: (brought) => hmac(brought).toString('hex'),
    contentOf: (value) => (value === null ? bytesDigest(null) : hmac(value).toString('base64')),
  };
}
