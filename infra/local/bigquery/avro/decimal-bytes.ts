/** `-1.5` with scale 9 → the two's complement of -1500000000 in as few bytes as it takes, the highest first. */
export function bytesOfDecimal(text: string, scale: number): Buffer {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const units = BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`);
  let width = 1n;
  while (BigInt.asIntN(Number(8n * width), units) !== units) width++;
  const hex = BigInt.asUintN(Number(8n * width), units).toString(16);
  return Buffer.from(hex.padStart(Number(2n * width), '0'), 'hex');
}

/** The other way: -1500000000 with scale 9 → `-1.500000000`. */
export function decimalOfBytes(bytes: Buffer, scale: number): string {
  const units = bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const at = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${scale > 0 ? `.${digits.slice(at)}` : ''}`;
}
