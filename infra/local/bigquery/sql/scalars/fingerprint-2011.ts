/**
 * Google's fingerprint of 2011, under which its sketches see values. Held to the values that Guava's tests have of the
 * original in C++: https://github.com/google/guava, Fingerprint2011Test.
 */
const K0 = 0xa5b85c5e198ed849n;
const K1 = 0x8d58ac26afe12e47n;
const K2 = 0xc47b6e9e3a970ed3n;
const K3 = 0xc6a4a7935bd1e995n;

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const times = (a: bigint, b: bigint) => u64(a * b);
const shiftMix = (value: bigint) => value ^ (value >> 47n);
const rotate = (value: bigint, by: bigint) => u64((value >> by) | (value << (64n - by)));

function mixed(high: bigint, low: bigint): bigint {
  const a = shiftMix(times(low ^ high, K3));
  return times(shiftMix(times(high ^ a, K3)), K3);
}

/** The fingerprint as an unsigned integer of 64 bits. */
export function fingerprint2011(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (offset: number) => view.getBigUint64(offset, true);
  const { length } = bytes;
  const whole = length <= 32 ? short(bytes, at) : length <= 64 ? medium(length, at) : long(length, at);
  const first = length >= 8 ? at(0) : K0;
  const last = length >= 9 ? at(length - 8) : K0;
  const result = mixed(u64(whole + last), first);
  return result > 1n ? result : u64(result - 2n);
}

type Words = (offset: number) => bigint;

/** Up to 32 bytes: a Murmur hash of 64 bits. */
function short(bytes: Uint8Array, at: Words): bigint {
  const aligned = bytes.length & ~7;
  let hash = K0 ^ K1 ^ K2 ^ times(BigInt(bytes.length), K3);
  for (let i = 0; i < aligned; i += 8) hash = times(hash ^ times(shiftMix(times(at(i), K3)), K3), K3);
  if (aligned < bytes.length) {
    let rest = 0n;
    for (let i = bytes.length - 1; i >= aligned; i--) rest = (rest << 8n) | BigInt(bytes[i] as number);
    hash = times(hash ^ rest, K3);
  }
  return shiftMix(times(shiftMix(hash), K3));
}

/** 33 to 64 bytes: the first and the last 32, which may overlap. */
function medium(length: number, at: Words): bigint {
  const half = (offset: number, seed: bigint) => {
    const all = u64(seed + at(offset) + at(offset + 8) + at(offset + 16));
    const z = at(offset + 24);
    const b = rotate(u64(seed + at(offset) + z), 52n);
    const c = u64(rotate(u64(seed + at(offset)), 37n) + rotate(u64(seed + at(offset) + at(offset + 8)), 7n));
    return [u64(all + z), u64(b + rotate(all, 31n) + c)] as const;
  };
  const [vf, vs] = half(0, times(BigInt(length) + at(length - 16), K0));
  // The seed of the second half takes the place of its first word.
  const [wf, ws] = half(length - 32, at(16));
  const r = shiftMix(u64(times(vf + ws, K2) + times(wf + vs, K0)));
  return times(shiftMix(u64(times(r, K0) + vs)), K2);
}

/** More than 64 bytes: the end first, then chunks of 64 bytes, with 56 bytes of state. */
function long(length: number, at: Words): bigint {
  const weak = (offset: number, seedA: bigint, seedB: bigint): [bigint, bigint] => {
    const c = seedA + at(offset);
    const b = rotate(u64(seedB + c + at(offset + 24)), 51n);
    const a = c + at(offset + 8) + at(offset + 16);
    return [u64(a + at(offset + 24)), u64(b + rotate(u64(a), 23n) + c)];
  };
  let x = at(0);
  let y = at(length - 16) ^ K1;
  let z = at(length - 56) ^ K0;
  let v = weak(length - 64, BigInt(length), y);
  let w = weak(length - 32, times(BigInt(length), K1), K0);
  z = u64(z + times(shiftMix(v[1]), K1));
  x = times(rotate(u64(z + x), 39n), K1);
  y = times(rotate(y, 33n), K1);
  for (let offset = 0; offset < ((length - 1) & ~63); offset += 64) {
    x = times(rotate(u64(x + y + v[0] + at(offset + 16)), 37n), K1) ^ w[1];
    y = times(rotate(u64(y + v[1] + at(offset + 48)), 42n), K1) ^ v[0];
    z = rotate(z ^ w[0], 33n);
    v = weak(offset, times(v[1], K1), u64(x + w[0]));
    w = weak(offset + 32, u64(z + w[1]), y);
    [z, x] = [x, z];
  }
  return mixed(u64(mixed(v[0], w[0]) + times(shiftMix(y), K1) + z), u64(mixed(v[1], w[1]) + x));
}
