/**
 * A de-identification key by its name and, from the second version on, its version: `pii`, `pii@2`. A version is a data key
 * of its own, so its tokens are other tokens. Rotating the KMS key that wraps it is no version: the data key stays.
 */
export interface KeyName {
  name: string;
  version: number;
}

/** As it is written where a key is configured. 64 characters are what DLP allows a surrogate, which ends in `-` and the version. */
export const KEY_NAME = /^(?:[A-Za-z][A-Za-z0-9_]{0,62}|[A-Za-z][A-Za-z0-9_]{0,57}@(?:[2-9]|[1-9][0-9]{1,3}))$/;

export function parseKeyName(key: string): KeyName {
  const [name = '', version = '1'] = key.split('@');
  return { name, version: Number(version) };
}

/** What tokens of the key begin with: `pii`, `pii-2`. No name of a key has a hyphen, so a token tells its key and version. */
export const surrogateOf = (key: string): string => key.replace('@', '-');
