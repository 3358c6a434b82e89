import { createCipheriv, timingSafeEqual } from 'node:crypto';

const BLOCK = 16;
const xor = (a: Uint8Array, b: Uint8Array) => a.map((byte, i) => byte ^ (b[i] ?? 0));

/** Twice a block in GF(2^128). */
function double(block: Uint8Array): Uint8Array {
  const carry = (block[0] ?? 0) >> 7;
  return block.map(
    (byte, i) => ((byte << 1) & 255) ^ ((block[i + 1] ?? 0) >> 7) ^ (i === BLOCK - 1 && carry === 1 ? 0x87 : 0),
  );
}

const pad = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from([0x80]), Buffer.alloc(BLOCK)]).subarray(0, BLOCK);

/** AES-CMAC, RFC 4493. */
export function cmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const bits = key.length * 8;
  const first = double(createCipheriv(`aes-${bits}-ecb`, key, null).setAutoPadding(false).update(Buffer.alloc(BLOCK)));
  const isWhole = message.length > 0 && message.length % BLOCK === 0;
  const start = isWhole ? message.length - BLOCK : message.length - (message.length % BLOCK);
  const tail = message.subarray(start);
  const last = isWhole ? xor(tail, first) : xor(pad(tail), double(first));
  const cipher = createCipheriv(`aes-${bits}-cbc`, key, Buffer.alloc(BLOCK)).setAutoPadding(false);
  return cipher.update(Buffer.concat([message.subarray(0, start), last])).subarray(-BLOCK);
}

/** S2V of one string of associated data and the plaintext, RFC 5297 2.4. */
function synthetic(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array {
  const sum = xor(double(cmac(key, Buffer.alloc(BLOCK))), cmac(key, associated));
  if (plain.length < BLOCK) return cmac(key, xor(double(sum), pad(plain)));
  const tail = xor(plain.subarray(-BLOCK), sum);
  return cmac(key, Buffer.concat([plain.subarray(0, -BLOCK), tail]));
}

function counter(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  const start = Uint8Array.from(iv, (byte, i) => (i === 8 || i === 12 ? byte & 0x7f : byte));
  return createCipheriv(`aes-${key.length * 8}-ctr`, key, start).update(bytes);
}

const halves = (key: Uint8Array) => [key.subarray(0, key.length / 2), key.subarray(key.length / 2)] as const;

/** AES-SIV, RFC 5297: the synthetic vector, then the ciphertext. The key is two of 16 or 32 bytes. */
export function sivEncrypt(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array {
  const [forMac, forText] = halves(key);
  const iv = synthetic(forMac, plain, associated);
  return Buffer.concat([iv, counter(forText, iv, plain)]);
}

/** Undefined where the text or the associated data is another one's. */
export function sivDecrypt(key: Uint8Array, cipher: Uint8Array, associated: Uint8Array): Uint8Array | undefined {
  if (cipher.length < BLOCK) return undefined;
  const [forMac, forText] = halves(key);
  const iv = cipher.subarray(0, BLOCK);
  const plain = counter(forText, iv, cipher.subarray(BLOCK));
  return timingSafeEqual(synthetic(forMac, plain, associated), iv) ? plain : undefined;
}
