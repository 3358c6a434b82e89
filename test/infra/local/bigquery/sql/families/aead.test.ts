import { createCipheriv } from 'node:crypto';
import { testFamilies } from './family.ts';

const invalid = (message: string) => `invalidQuery: ${message}`;
const withKey = (type: string, list: string) =>
  `WITH k AS (SELECT KEYS.NEW_KEYSET('${type}') AS ks) SELECT ${list} FROM k`;
const gcm = (list: string) => withKey('AEAD_AES_GCM_256', list);
const siv = (list: string) => withKey('DETERMINISTIC_AEAD_AES_SIV_CMAC_256', list);

const RAW = Buffer.from('fcd19f242fa00fde248d1e1aac79918022fabb4d54330a54fb150cbc6302b739', 'hex');
const ID = 3101427138;
/** The keyset of BigQuery’s documentation. */
const KEYSET = `{"key":[{"keyData":{"keyMaterialType":"SYMMETRIC","typeUrl":"type.googleapis.com/google.crypto.tink.AesGcmKey","value":"GiD80Z8kL6AP3iSNHhqseZGAIvq7TVQzClT7FQy8YwK3OQ=="},"keyId":${ID},"outputPrefixType":"TINK","status":"ENABLED"}],"primaryKeyId":${ID}}`;
const PROTO =
  'CMKL8MYLEmQKWAowdHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUuY3J5cHRvLnRpbmsuQWVzR2NtS2V5EiIaIPzRnyQvoA/eJI0eGqx5kYAi+rtNVDMKVPsVDLxjArc5GAEQARjCi/DGCyAB';

/** A ciphertext as Tink writes it, of the documentation's key: version, key id, vector, text, tag. */
function ciphertext(plain: string, associated: string): string {
  const prefix = Buffer.from([1, 0, 0, 0, 0]);
  prefix.writeUInt32BE(ID, 1);
  const iv = Buffer.alloc(12, 9);
  const cipher = createCipheriv('aes-256-gcm', RAW, iv).setAAD(Buffer.from(associated));
  const text = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return `FROM_BASE64('${Buffer.concat([prefix, iv, text]).toString('base64')}')`;
}
const given = `KEYS.KEYSET_FROM_JSON('${KEYSET}')`;
const cipher = ciphertext('jaguar', 'cat');

testFamilies({
  'AEAD: what was encrypted is decrypted': [
    [
      gcm(
        `AEAD.DECRYPT_STRING(ks, AEAD.ENCRYPT(ks, 'jaguar', 'cat'), 'cat'), AEAD.DECRYPT_BYTES(ks, AEAD.ENCRYPT(ks, 'jaguar', 'cat'), b'cat'), BYTE_LENGTH(AEAD.ENCRYPT(ks, b'hi', b''))`,
      ),
      [['jaguar', 'amFndWFy', '35']],
    ],
    [
      gcm(`AEAD.ENCRYPT(ks, 'a', '') = AEAD.ENCRYPT(ks, 'a', ''), AEAD.ENCRYPT(ks, NULL, '') IS NULL`),
      [['false', 'true']],
    ],
    [
      `WITH k AS (SELECT id, KEYS.NEW_KEYSET('AEAD_AES_GCM_256') AS ks FROM UNNEST([1, 2, 3]) id)
       SELECT COUNT(DISTINCT ks), COUNT(DISTINCT BYTE_LENGTH(ks)) > 0 FROM k`,
      [['3', 'true']],
    ],
    [
      gcm(`AEAD.DECRYPT_STRING(ks, AEAD.ENCRYPT(ks, 'jaguar', 'cat'), 'dog')`),
      invalid('AEAD.DECRYPT failed: decryption failed'),
    ],
    [gcm(`SAFE.AEAD.DECRYPT_STRING(ks, b'short', 'dog'), KEYS.KEYSET_LENGTH(ks)`), [[null, '1']]],
  ],
  'AEAD: keysets made elsewhere': [
    [`SELECT ${given}, KEYS.KEYSET_TO_JSON(${given}), KEYS.KEYSET_LENGTH(${given})`, [[PROTO, KEYSET, '1']]],
    [`SELECT AEAD.DECRYPT_STRING(${given}, ${cipher}, 'cat')`, [['jaguar']]],
    // A rotated keyset still decrypts, and encrypts under its new key.
    [
      `WITH k AS (SELECT KEYS.ROTATE_KEYSET(${given}, 'AEAD_AES_GCM_256') AS ks)
       SELECT KEYS.KEYSET_LENGTH(ks), AEAD.DECRYPT_STRING(ks, ${cipher}, 'cat'), AEAD.DECRYPT_STRING(ks, AEAD.ENCRYPT(ks, 'a', ''), ''), SUBSTR(AEAD.ENCRYPT(ks, 'a', ''), 2, 4) = SUBSTR(${cipher}, 2, 4) FROM k`,
      [['2', 'jaguar', 'a', 'false']],
    ],
    [
      `SELECT AEAD.DECRYPT_STRING(KEYS.KEYSET_FROM_JSON('${KEYSET.replace('ENABLED', 'DISABLED')}'), ${cipher}, 'cat')`,
      invalid('AEAD.DECRYPT failed: decryption failed'),
    ],
    // A raw key has no prefix to be known by.
    [
      gcm(
        `AEAD.DECRYPT_STRING(KEYS.ADD_KEY_FROM_RAW_BYTES(ks, 'AES_GCM', FROM_HEX('${RAW.toString('hex')}')), SUBSTR(${cipher}, 6), 'cat')`,
      ),
      [['jaguar']],
    ],
    [
      `SELECT BYTE_LENGTH(AEAD.ENCRYPT(KEYS.KEYSET_FROM_JSON('${KEYSET.replace('TINK', 'RAW')}'), 'jaguar', 'cat'))`,
      [['34']],
    ],
  ],
  deterministic: [
    [
      siv(
        `DETERMINISTIC_DECRYPT_STRING(ks, DETERMINISTIC_ENCRYPT(ks, 'jaguar', 'cat'), 'cat'), DETERMINISTIC_ENCRYPT(ks, 'jaguar', 'cat') = DETERMINISTIC_ENCRYPT(ks, b'jaguar', b'cat'), BYTE_LENGTH(DETERMINISTIC_ENCRYPT(ks, '', ''))`,
      ),
      [['jaguar', 'true', '21']],
    ],
    [
      gcm(`DETERMINISTIC_ENCRYPT(ks, 'a', '')`),
      invalid('DETERMINISTIC_ENCRYPT failed: the primary key of the keyset is not of the algorithm that it wants'),
    ],
    [
      siv(`KEYS.ROTATE_KEYSET(ks, 'AEAD_AES_GCM_256')`),
      invalid("KEYS.ROTATE_KEYSET failed: the key type must match that of the keyset's keys"),
    ],
  ],
  'what is no keyset, told without what it holds': [
    [`SELECT KEYS.KEYSET_LENGTH(b'secret')`, invalid('KEYS.KEYSET_LENGTH failed: the keyset is not valid')],
    [`SELECT KEYS.KEYSET_FROM_JSON('secret')`, invalid('KEYS.KEYSET_FROM_JSON failed: the keyset is not valid')],
    [
      `SELECT KEYS.KEYSET_FROM_JSON('{"primaryKeyId": 1, "secret": 1}')`,
      invalid('KEYS.KEYSET_FROM_JSON failed: the keyset is not valid'),
    ],
    [`SELECT KEYS.NEW_KEYSET('RSA')`, invalid('KEYS.NEW_KEYSET failed: invalid key type RSA')],
    [
      gcm(`KEYS.ADD_KEY_FROM_RAW_BYTES(ks, 'AES_GCM', b'secret')`),
      invalid('KEYS.ADD_KEY_FROM_RAW_BYTES failed: a key of type AES_GCM has 16 or 32 bytes, not 6'),
    ],
    [
      gcm(`KEYS.ADD_KEY_FROM_RAW_BYTES(ks, 'AES_CBC_PKCS', b'0123456789012345')`),
      invalid('not supported by the embedded warehouse: KEYS.ADD_KEY_FROM_RAW_BYTES of key type AES_CBC_PKCS'),
    ],
    [
      `SELECT KEYS.NEW_WRAPPED_KEYSET('gcp-kms://k', 'AEAD_AES_GCM_256')`,
      invalid('not supported by the embedded warehouse: function KEYS.NEW_WRAPPED_KEYSET at [1:8]'),
    ],
  ],
});
