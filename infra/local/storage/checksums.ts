import type { IncomingHttpHeaders } from 'node:http';
import { invalid } from './errors.ts';
import type { Json, StoredBytes } from './records.ts';

/** What the sender says its bytes hash to; base64. */
export interface ExpectedChecksums {
  crc32c?: string;
  md5?: string;
}

/** From the object resource, from `X-Goog-Hash: crc32c=…,md5=…` and from `Content-MD5`. */
export function parseChecksums(resource: Json, headers: IncomingHttpHeaders): ExpectedChecksums {
  const expected: ExpectedChecksums = {};
  if (typeof resource.crc32c === 'string') expected.crc32c = resource.crc32c;
  if (typeof resource.md5Hash === 'string') expected.md5 = resource.md5Hash;
  if (typeof headers['content-md5'] === 'string') expected.md5 = headers['content-md5'];
  for (const hash of String(headers['x-goog-hash'] ?? '').split(',')) {
    const [, kind, value] = /^\s*(crc32c|md5)=(\S+)\s*$/.exec(hash) ?? [];
    if (kind === 'crc32c' || kind === 'md5') expected[kind] = value;
  }
  return expected;
}

export function verifyChecksums(expected: ExpectedChecksums, bytes: StoredBytes): void {
  if (expected.crc32c !== undefined && expected.crc32c !== bytes.crc32c)
    throw invalid(`Provided CRC32C "${expected.crc32c}" doesn't match calculated CRC32C "${bytes.crc32c}".`);
  if (expected.md5 !== undefined && expected.md5 !== bytes.md5)
    throw invalid(`Provided MD5 hash "${expected.md5}" doesn't match calculated MD5 hash "${bytes.md5}".`);
}
