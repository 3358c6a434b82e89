import { randomBytes, randomInt } from 'node:crypto';
import { lazyMessages } from './messages.ts';

/** One key of a keyset, as far as it can be used here. Source: google/crypto/tink/tink.proto */
export interface Key {
  keyData: { typeUrl: string; value: Uint8Array; keyMaterialType: number };
  status: number;
  keyId: number;
  outputPrefixType: number;
}
export interface Keyset {
  primaryKeyId: number;
  key: Key[];
}

export const ENABLED = 1;
export const PREFIX = { TINK: 1, LEGACY: 2, RAW: 3, CRUNCHY: 4 } as const;
const SYMMETRIC = 1;
const PACKAGE = 'type.googleapis.com/google.crypto.tink.';
export const AES_GCM = `${PACKAGE}AesGcmKey`;
export const AES_SIV = `${PACKAGE}AesSivKey`;

const SCHEMA = {
  nested: {
    KeyMaterialType: {
      values: { UNKNOWN_KEYMATERIAL: 0, SYMMETRIC: 1, ASYMMETRIC_PRIVATE: 2, ASYMMETRIC_PUBLIC: 3, REMOTE: 4 },
    },
    KeyStatusType: { values: { UNKNOWN_STATUS: 0, ENABLED: 1, DISABLED: 2, DESTROYED: 3 } },
    OutputPrefixType: { values: { UNKNOWN_PREFIX: 0, TINK: 1, LEGACY: 2, RAW: 3, CRUNCHY: 4 } },
    KeyData: {
      fields: {
        typeUrl: { type: 'string', id: 1 },
        value: { type: 'bytes', id: 2 },
        keyMaterialType: { type: 'KeyMaterialType', id: 3 },
      },
    },
    Key: {
      fields: {
        keyData: { type: 'KeyData', id: 1 },
        status: { type: 'KeyStatusType', id: 2 },
        keyId: { type: 'uint32', id: 3 },
        outputPrefixType: { type: 'OutputPrefixType', id: 4 },
      },
    },
    Keyset: {
      fields: { primaryKeyId: { type: 'uint32', id: 1 }, key: { rule: 'repeated', type: 'Key', id: 2 } },
    },
    AesGcmKey: { fields: { version: { type: 'uint32', id: 1 }, keyValue: { type: 'bytes', id: 3 } } },
    AesSivKey: { fields: { version: { type: 'uint32', id: 1 }, keyValue: { type: 'bytes', id: 2 } } },
  },
};

const typeOf = lazyMessages<'Keyset' | 'AesGcmKey' | 'AesSivKey'>(SCHEMA);

/** Names the function and never the key: keysets are secrets. */
export const invalidKeyset = (fn: string) => new Error(`${fn} failed: the keyset is not valid`);

export function decodeKeyset(bytes: Uint8Array, fn: string): Keyset {
  try {
    return checked(typeOf('Keyset').toObject(typeOf('Keyset').decode(bytes), { defaults: true }) as Keyset);
  } catch {
    throw invalidKeyset(fn);
  }
}

export const encodeKeyset = (keyset: Keyset): Uint8Array =>
  typeOf('Keyset')
    .encode(typeOf('Keyset').fromObject(keyset as unknown as Record<string, unknown>))
    .finish();

/** A keyset has keys with data, and its primary one among them. */
function checked(keyset: Keyset): Keyset {
  const isWhole = keyset.key.every(({ keyData, keyId }) => keyData?.typeUrl && keyData.value && keyId > 0);
  if (!isWhole || !keyset.key.some((key) => key.keyId === keyset.primaryKeyId)) throw new Error('not whole');
  return keyset;
}

/** Protocol buffers' JSON: names in either spelling, enumerations by name or number. */
export function keysetOfJson(text: string): Keyset {
  try {
    const type = typeOf('Keyset');
    const object = camelKeys(JSON.parse(text)) as Record<string, unknown>;
    return checked(type.toObject(type.fromObject(object), { defaults: true }) as Keyset);
  } catch {
    throw invalidKeyset('KEYS.KEYSET_FROM_JSON');
  }
}

const KNOWN = new Set([
  'primaryKeyId',
  'key',
  'keyData',
  'typeUrl',
  'value',
  'keyMaterialType',
  'status',
  'keyId',
  'outputPrefixType',
]);

function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, of]) => {
      const name = key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (!KNOWN.has(name)) throw new Error('no such field');
      return [name, camelKeys(of)];
    }),
  );
}

export function jsonOfKeyset(keyset: Keyset): string {
  const { nested } = SCHEMA;
  const nameOf = (values: Record<string, number>, number: number) =>
    Object.keys(values).find((name) => values[name] === number);
  return JSON.stringify({
    key: keyset.key.map(({ keyData, keyId, outputPrefixType, status }) => ({
      keyData: {
        keyMaterialType: nameOf(nested.KeyMaterialType.values, keyData.keyMaterialType),
        typeUrl: keyData.typeUrl,
        value: Buffer.from(keyData.value).toString('base64'),
      },
      keyId,
      outputPrefixType: nameOf(nested.OutputPrefixType.values, outputPrefixType),
      status: nameOf(nested.KeyStatusType.values, status),
    })),
    primaryKeyId: keyset.primaryKeyId,
  });
}

/** The raw key that a keyset's key holds. */
export function rawKey({ keyData }: Key): Uint8Array {
  const type = typeOf(keyData.typeUrl === AES_GCM ? 'AesGcmKey' : 'AesSivKey');
  return (type.toObject(type.decode(keyData.value), { defaults: true }) as { keyValue: Uint8Array }).keyValue;
}

/** What KEYS.NEW_KEYSET makes, by name: type and length in bytes. */
const KEY_TYPES: Record<string, { typeUrl: string; length: number }> = {
  AEAD_AES_GCM_256: { typeUrl: AES_GCM, length: 32 },
  DETERMINISTIC_AEAD_AES_SIV_CMAC_256: { typeUrl: AES_SIV, length: 64 },
};

/** A new key whose id no other of the keyset has. */
export function newKey(name: string, keyset: Keyset, fn: string): Key {
  const type = Object.hasOwn(KEY_TYPES, name) ? KEY_TYPES[name] : undefined;
  if (!type) throw new Error(`${fn} failed: invalid key type ${name}`);
  return keyOf(type.typeUrl, randomBytes(type.length), PREFIX.TINK, keyset);
}

export function keyOf(typeUrl: string, raw: Uint8Array, outputPrefixType: number, keyset: Keyset): Key {
  const type = typeOf(typeUrl === AES_GCM ? 'AesGcmKey' : 'AesSivKey');
  const value = type.encode(type.fromObject({ keyValue: raw })).finish();
  let keyId: number;
  do keyId = randomInt(1, 2 ** 32);
  while (keyset.key.some((key) => key.keyId === keyId));
  return { keyData: { typeUrl, value, keyMaterialType: SYMMETRIC }, status: ENABLED, keyId, outputPrefixType };
}
