import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ApiError } from '../api-error.ts';

/**
 * A ciphertext of the local key service: a mark, the key version's number, nonce, tag and AES-256-GCM text. The key's name and
 * the caller's additional data are authenticated with it, so another key's ciphertext does not open. Google's own format is
 * opaque too; it names the version as well, which is why decryption takes a key and no version.
 */
const MARK = 0x4b;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 5;

export interface Sealing {
  keyName: string;
  version: number;
  key: Buffer;
  additionalData: Buffer;
}

export function seal(plaintext: Buffer, { keyName, version, key, additionalData }: Sealing, nonce: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = MARK;
  header.writeUInt32BE(version, 1);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(authenticated(keyName, additionalData));
  const text = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([header, nonce, cipher.getAuthTag(), text]);
}

/** The version that a ciphertext was made under. @throws ApiError INVALID_ARGUMENT for what is none. */
export function versionOf(ciphertext: Buffer): number {
  if (ciphertext.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || ciphertext[0] !== MARK) throw invalid();
  return ciphertext.readUInt32BE(1);
}

/** @throws ApiError INVALID_ARGUMENT when it was made under another key, with other additional data, or was changed. */
export function open(ciphertext: Buffer, { keyName, key, additionalData }: Omit<Sealing, 'version'>): Buffer {
  const nonce = ciphertext.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const tag = ciphertext.subarray(HEADER_BYTES + NONCE_BYTES, HEADER_BYTES + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(authenticated(keyName, additionalData));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([
      decipher.update(ciphertext.subarray(HEADER_BYTES + NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]);
  } catch {
    throw invalid();
  }
}

const authenticated = (keyName: string, additionalData: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${keyName}\n`), additionalData]);

/** Google's words. */
const invalid = () =>
  new ApiError('INVALID_ARGUMENT', "Decryption failed: verify that 'name' refers to the correct CryptoKey.");
