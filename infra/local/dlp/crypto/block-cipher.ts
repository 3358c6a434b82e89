import { createCipheriv } from 'node:crypto';

export const BLOCK = 16;

/** AES on independent blocks, for the modes built on it. The key schedule is set up once. */
export interface BlockCipher {
  /** Encrypts any number of whole blocks. */
  encrypt(blocks: Buffer): Buffer;
}

export function createBlockCipher(key: Buffer): BlockCipher {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  cipher.setAutoPadding(false);
  return { encrypt: (blocks) => cipher.update(blocks) };
}
