import { expect, test } from 'vitest';
import { fingerprint2011 } from '../../../../../../infra/local/bigquery/sql/scalars/fingerprint-2011.ts';

const of = (text: string) => BigInt.asIntN(64, fingerprint2011(Buffer.from(text)));

// The values of https://github.com/google/guava, Fingerprint2011Test.
test('fingerprints of texts', () => {
  expect([of('test'), of('test'.repeat(8)), of('test'.repeat(64))]).toEqual([
    8473225671271759044n,
    7345148637025587076n,
    4904844928629814570n,
  ]);
});

test('every length gives what the original in C++ gives', () => {
  const iterations = 800;
  const bytes = new Uint8Array(iterations * 4);
  let length = 0;
  let hash = 0n;
  const add = (upTo: number) => {
    hash ^= fingerprint2011(bytes.subarray(0, upTo));
    hash = BigInt.asUintN(64, (hash ^ (hash >> 41n)) * 949921979n);
    bytes[length++] = 97 + Number((hash & 0xfffffn) % 26n);
  };
  const byte = (at: number) => bytes[at] as number;
  for (let i = 0; i < iterations; i++) {
    add(i);
    add((i * i) % length);
    add((i * i * i) % length);
    add(length);
    const [x0, x1, x2, x3] = [byte(length - 1), byte(length - 2), byte(length - 3), byte(length >> 1)];
    const one = ((x0 << 16) + (x1 << 8) + x2) % length;
    bytes[one] = byte(one) ^ x3;
    const other = ((x1 << 16) + (x2 << 8) + x3) % length;
    bytes[other] = byte(other) ^ (i % 256);
  }
  expect(hash).toBe(0xeaa3b1c985261632n);
});
