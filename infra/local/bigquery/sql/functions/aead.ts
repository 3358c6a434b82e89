/** Encryption under Tink's keysets: signature → DuckDB. See analyze/signature.ts for the notation. */
const decrypts = (name: string, fn: string): Record<string, string> => ({
  [`${name}_BYTES(BYTES, BYTES, BYTES) BYTES`]: `${fn}($1, $2, $3)`,
  [`${name}_BYTES(BYTES, BYTES, STRING) BYTES`]: `${fn}($1, $2, encode($3))`,
  [`${name}_STRING(BYTES, BYTES, STRING) STRING`]: `bq_bytes_text(${fn}($1, $2, encode($3)))`,
});
const encrypts = (name: string, fn: string): Record<string, string> => ({
  [`${name}(BYTES, BYTES, BYTES) BYTES`]: `${fn}($1, $2, $3)`,
  [`${name}(BYTES, STRING, STRING) BYTES`]: `${fn}($1, encode($2), encode($3))`,
});

export const AEADS: Record<string, string> = {
  'KEYS.NEW_KEYSET(STRING) BYTES': 'bq_keyset_new($1)',
  'KEYS.ROTATE_KEYSET(BYTES, STRING) BYTES': 'bq_keyset_rotate($1, $2)',
  'KEYS.ADD_KEY_FROM_RAW_BYTES(BYTES, STRING, BYTES) BYTES': 'bq_keyset_add($1, $2, $3)',
  'KEYS.KEYSET_LENGTH(BYTES) INT64': 'bq_keyset_length($1)',
  'KEYS.KEYSET_TO_JSON(BYTES) STRING': 'bq_keyset_json($1)',
  'KEYS.KEYSET_FROM_JSON(STRING) BYTES': 'bq_json_keyset($1)',
  ...encrypts('AEAD.ENCRYPT', 'bq_aead_encrypt'),
  ...decrypts('AEAD.DECRYPT', 'bq_aead_decrypt'),
  ...encrypts('DETERMINISTIC_ENCRYPT', 'bq_deterministic_encrypt'),
  ...decrypts('DETERMINISTIC_DECRYPT', 'bq_deterministic_decrypt'),
};
