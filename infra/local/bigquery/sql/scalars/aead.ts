import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { sivDecrypt, sivEncrypt } from './aes-siv.ts';
import {
  AES_GCM,
  AES_SIV,
  decodeKeyset,
  ENABLED,
  encodeKeyset,
  jsonOfKeyset,
  type Key,
  keyOf,
  keysetOfJson,
  newKey,
  PREFIX,
  rawKey,
} from './keysets.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

const IV = 12;
const TAG = 16;

/** One way to encrypt: of AEAD.ENCRYPT and of DETERMINISTIC_ENCRYPT. */
interface Algorithm {
  typeUrl: string;
  lengths: readonly number[];
  encrypt(key: Uint8Array, plain: Uint8Array, associated: Uint8Array): Uint8Array;
  /** Undefined where it fails. */
  decrypt(key: Uint8Array, cipher: Uint8Array, associated: Uint8Array): Uint8Array | undefined;
}

const GCM: Algorithm = {
  typeUrl: AES_GCM,
  lengths: [16, 32],
  encrypt(key, plain, associated) {
    const iv = randomBytes(IV);
    const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, iv).setAAD(associated);
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  decrypt(key, bytes, associated) {
    if (bytes.length < IV + TAG) return undefined;
    const name = key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
    const cipher = createDecipheriv(name, key, bytes.subarray(0, IV), { authTagLength: TAG })
      .setAAD(associated)
      .setAuthTag(bytes.subarray(-TAG));
    try {
      return Buffer.concat([cipher.update(bytes.subarray(IV, -TAG)), cipher.final()]);
    } catch {
      return undefined;
    }
  },
};
const SIV: Algorithm = { typeUrl: AES_SIV, lengths: [64], encrypt: sivEncrypt, decrypt: sivDecrypt };

/** What stands before a ciphertext to name its key; nothing where the key is raw. Source: developers.google.com/tink/wire-format */
function prefixOf({ outputPrefixType, keyId }: Key): Buffer {
  if (outputPrefixType === PREFIX.RAW) return Buffer.alloc(0);
  const prefix = Buffer.alloc(5, outputPrefixType === PREFIX.TINK ? 1 : 0);
  prefix.writeUInt32BE(keyId, 1);
  return prefix;
}

/** The key's bytes, where it is one of the algorithm. */
function usable(key: Key, { typeUrl, lengths }: Algorithm): Uint8Array | undefined {
  if (key.keyData.typeUrl !== typeUrl) return undefined;
  const raw = rawKey(key);
  return lengths.includes(raw.length) ? raw : undefined;
}

const encrypt =
  (fn: string, algorithm: Algorithm) => (keyset: Uint8Array, plain: Uint8Array, associated: Uint8Array) => {
    const { key, primaryKeyId } = decodeKeyset(keyset, fn);
    const primary = key.find((one) => one.keyId === primaryKeyId);
    const raw = primary && primary.status === ENABLED ? usable(primary, algorithm) : undefined;
    if (!primary || !raw)
      throw new Error(`${fn} failed: the primary key of the keyset is not of the algorithm that it wants`);
    return Buffer.concat([prefixOf(primary), algorithm.encrypt(raw, plain, associated)]);
  };

/** The keys that the prefix names are tried first, then the raw ones, as Tink does. */
const decrypt =
  (fn: string, algorithm: Algorithm) => (keyset: Uint8Array, cipher: Uint8Array, associated: Uint8Array) => {
    const keys = decodeKeyset(keyset, fn).key.filter((key) => key.status === ENABLED);
    const named = keys.filter((key) => {
      const prefix = prefixOf(key);
      return prefix.length > 0 && prefix.equals(cipher.subarray(0, prefix.length));
    });
    for (const key of [...named, ...keys.filter((one) => one.outputPrefixType === PREFIX.RAW)]) {
      const raw = usable(key, algorithm);
      const plain = raw && algorithm.decrypt(raw, cipher.subarray(prefixOf(key).length), associated);
      if (plain) return plain;
    }
    throw new Error(`${fn} failed: decryption failed`);
  };

function rotate(keyset: Uint8Array, type: string): Uint8Array {
  const fn = 'KEYS.ROTATE_KEYSET';
  const old = decodeKeyset(keyset, fn);
  const key = newKey(type, old, fn);
  if (old.key.some((one) => one.keyData.typeUrl !== key.keyData.typeUrl))
    throw new Error(`${fn} failed: the key type must match that of the keyset's keys`);
  return encodeKeyset({ primaryKeyId: key.keyId, key: [...old.key, key] });
}

function add(keyset: Uint8Array, type: string, raw: Uint8Array): Uint8Array {
  const fn = 'KEYS.ADD_KEY_FROM_RAW_BYTES';
  const old = decodeKeyset(keyset, fn);
  if (type === 'AES_CBC_PKCS')
    throw new Error(`not supported by the embedded warehouse: ${fn} of key type AES_CBC_PKCS`);
  if (type !== 'AES_GCM') throw new Error(`${fn} failed: invalid key type ${type}`);
  if (raw.length !== 16 && raw.length !== 32)
    throw new Error(`${fn} failed: a key of type AES_GCM has 16 or 32 bytes, not ${raw.length}`);
  return encodeKeyset({ ...old, key: [...old.key, keyOf(AES_GCM, raw, PREFIX.RAW, old)] });
}

function create(type: string): Uint8Array {
  const key = newKey(type, { primaryKeyId: 0, key: [] }, 'KEYS.NEW_KEYSET');
  return encodeKeyset({ primaryKeyId: key.keyId, key: [key] });
}

const secret = ['bytes', 'bytes', 'bytes'] as const;

/** Tink's keysets, and encryption under them. */
export const AEAD_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_keyset_new', ['text'], 'bytes', create, { volatile: true }),
  defineScalar('bq_keyset_rotate', ['bytes', 'text'], 'bytes', rotate, { volatile: true }),
  defineScalar('bq_keyset_add', ['bytes', 'text', 'bytes'], 'bytes', add, { volatile: true }),
  defineScalar('bq_keyset_length', ['bytes'], 'integer', (keyset) =>
    BigInt(decodeKeyset(keyset, 'KEYS.KEYSET_LENGTH').key.length),
  ),
  defineScalar('bq_keyset_json', ['bytes'], 'text', (keyset) =>
    jsonOfKeyset(decodeKeyset(keyset, 'KEYS.KEYSET_TO_JSON')),
  ),
  defineScalar('bq_json_keyset', ['text'], 'bytes', (text) => encodeKeyset(keysetOfJson(text))),
  defineScalar('bq_aead_encrypt', secret, 'bytes', encrypt('AEAD.ENCRYPT', GCM), { volatile: true }),
  defineScalar('bq_aead_decrypt', secret, 'bytes', decrypt('AEAD.DECRYPT', GCM)),
  defineScalar('bq_deterministic_encrypt', secret, 'bytes', encrypt('DETERMINISTIC_ENCRYPT', SIV)),
  defineScalar('bq_deterministic_decrypt', secret, 'bytes', decrypt('DETERMINISTIC_DECRYPT', SIV)),
];
