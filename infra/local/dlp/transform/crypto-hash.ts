import { createMac, HASH_KEY_SIZES } from '../crypto/keys.ts';
import type { CryptoKey } from '../wire/deidentification.ts';
import type { Outcome, Primitive, Workshop } from './primitive.ts';

/**
 * Base64 of HMAC-SHA-256. dlp.proto says SHA-256 and a key; that the key enters as HMAC's is an assumption.
 */
export function planCryptoHash(config: { cryptoKey: CryptoKey | null }, workshop: Workshop): Primitive {
  const mac = createMac(workshop.keys.bytesOf(config.cryptoKey, 'crypto_hash_config', HASH_KEY_SIZES));
  return {
    apply: ({ texts, cells }) =>
      texts.map((text, index): Outcome => {
        const cell = cells?.[index];
        const hashable = !cell || cell.stringValue !== undefined || cell.integerValue !== undefined;
        return hashable ? mac.base64(text) : { failure: 'CryptoHashConfig hashes only string and integer values' };
      }),
  };
}
