import { invalid } from './errors.ts';

/** Rules for names. Source: cloud.google.com/storage/docs/objects#naming and /docs/buckets#naming. */

const OBJECT_NAME_MAX_BYTES = 1024;
const RESERVED_PREFIX = '.well-known/acme-challenge/';

/** Returns the name, or throws a 400 as Google does; a name that an upload may not create can still be asked for (404). */
export function parseObjectName(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0) throw invalid('No object name');
  if (bytes > OBJECT_NAME_MAX_BYTES)
    throw invalid(
      `The maximum object length is ${OBJECT_NAME_MAX_BYTES} characters, but got a name with ${bytes} characters: ''${name.slice(0, 64)}...''`,
    );
  if (/[\r\n]/.test(name) || !name.isWellFormed())
    throw invalid(`Disallowed unicode characters present in object name '${name}'`);
  if (name === '.' || name === '..' || name.startsWith(RESERVED_PREFIX))
    throw invalid(`Invalid object name: '${name}'`);
  return name;
}

export function parseBucketName(name: string): string {
  const dotted = name.includes('.');
  const valid =
    /^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(name) &&
    name.length >= 3 &&
    name.length <= (dotted ? 222 : 63) &&
    name.split('.').every((part) => part.length > 0 && part.length <= 63) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !name.startsWith('goog') &&
    !name.includes('google');
  if (!valid) throw invalid(`Invalid bucket name: '${name}'`);
  return name;
}

const LAST_CODE_POINT = 0x10ffff;

/**
 * The first string, by UTF-8 bytes, after every string that starts with `prefix`; undefined when there is none.
 * Listing leaps over a whole "folder" with it instead of reading what is inside.
 */
export function afterPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.length > 0) {
    const last = points.pop() ?? 0;
    if (last === LAST_CODE_POINT) continue;
    // UTF-8 has no encoding of the surrogates, so the next one after U+D7FF is U+E000.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
