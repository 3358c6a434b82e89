/**
 * NUMERIC and BIGNUMERIC as GoogleSQL counts them: a whole number of the type's last place. BIGNUMERIC's is a signed
 * integer of 256 bits. Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-types#decimal_types
 */
export interface DecimalType {
  scale: number;
  min: bigint;
  max: bigint;
  /** As messages about overflow spell it. */
  word: 'numeric' | 'BIGNUMERIC';
}

export const NUMERIC: DecimalType = { scale: 9, min: -(10n ** 38n - 1n), max: 10n ** 38n - 1n, word: 'numeric' };
export const BIGNUMERIC: DecimalType = { scale: 38, min: -(2n ** 255n), max: 2n ** 255n - 1n, word: 'BIGNUMERIC' };
export const DECIMALS = { NUMERIC, BIGNUMERIC };

export type Rounding = 'away' | 'even' | 'zero';

export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
export const powerOfTen = (exponent: number): bigint => 10n ** BigInt(exponent);

/** `above / below`, halves by the mode. */
export function divideRounded(above: bigint, below: bigint, mode: Rounding = 'away'): bigint {
  const [a, b] = [magnitude(above), magnitude(below)];
  let quotient = a / b;
  const twice = 2n * (a % b);
  if (mode !== 'zero' && (twice > b || (twice === b && (mode === 'away' || quotient % 2n === 1n)))) quotient += 1n;
  return above < 0n !== below < 0n ? -quotient : quotient;
}

const LOOKS = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;

/** A number's text as units of the type, halves away from zero; undefined for what is no number or out of range. */
export function parseDecimal(text: string, type: DecimalType, mode: Rounding = 'away'): bigint | undefined {
  const [match, sign, whole = '', decimals = '', exponent = '0'] = LOOKS.exec(text) ?? [];
  const digits = (whole + decimals).replace(/^0+/, '');
  if (match === undefined || whole + decimals === '') return undefined;
  if (digits === '') return 0n;
  // The places behind the point that the units themselves have; far out of range, no power of ten is computed.
  const shift = Number(exponent) - decimals.length + type.scale;
  if (shift + digits.length > 80) return undefined;
  if (shift + digits.length < -1) return 0n;
  const value = BigInt(digits);
  const units = shift >= 0 ? value * powerOfTen(shift) : divideRounded(value, powerOfTen(-shift), mode);
  const signed = sign === '-' ? -units : units;
  return signed < type.min || signed > type.max ? undefined : signed;
}

/** Without zeros behind the last digit, nor a point behind a whole number. */
export function renderDecimal(units: bigint, { scale }: Pick<DecimalType, 'scale'>): string {
  const text = String(magnitude(units)).padStart(scale + 1, '0');
  const decimals = text.slice(text.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${text.slice(0, text.length - scale)}${decimals === '' ? '' : `.${decimals}`}`;
}

/** To `places` behind the point, or before it where that is negative. The result may lie out of range. */
export function roundUnits(units: bigint, { scale }: DecimalType, places: bigint, mode: Rounding): bigint {
  const drop = BigInt(scale) - places;
  if (drop <= 0n) return units;
  if (drop > 80n) return 0n;
  const cut = 10n ** drop;
  return divideRounded(units, cut, mode) * cut;
}

/** A finite double's exact binary value, halves away from zero at the type's last place. The result may lie out of range. */
export function unitsOfDouble(value: number, { scale }: DecimalType): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const stored = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = stored === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(stored, 1) - 1075;
  const scaled = (value < 0 ? -mantissa : mantissa) * powerOfTen(scale);
  return exponent >= 0 ? scaled << BigInt(exponent) : divideRounded(scaled, 1n << BigInt(-exponent));
}

/** The nearest double. */
export const doubleOf = (units: bigint, type: DecimalType): number => Number(renderDecimal(units, type));

/** Bytes whose order is the numbers': 256 bits, the greatest first, with BIGNUMERIC's least value at zero. */
export function encodeUnits(units: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  const value = units - BIGNUMERIC.min;
  view.setBigUint64(0, value >> 192n);
  view.setBigUint64(8, BigInt.asUintN(64, value >> 128n));
  view.setBigUint64(16, BigInt.asUintN(64, value >> 64n));
  view.setBigUint64(24, BigInt.asUintN(64, value));
  return bytes;
}

export function decodeUnits(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 32);
  const high = (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
  const low = (view.getBigUint64(16) << 64n) | view.getBigUint64(24);
  return ((high << 128n) | low) + BIGNUMERIC.min;
}

/** A double in a message: six digits, as C++ streams print it. */
export function shortDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const exponent = value === 0 ? 0 : Number(value.toExponential(5).split('e')[1]);
  if (exponent >= -4 && exponent < 6) return String(Number(value.toPrecision(6)));
  const [digits = '', power = ''] = value.toExponential(5).split('e');
  return `${digits.replace(/\.?0+$/, '')}e${power.replace(/^([+-])(\d)$/, '$10$2')}`;
}
