import { powerOfTen } from '../decimals/decimal.ts';
import { exponentText, fixed, type Real, realOfDouble, scientificDigits } from '../decimals/digits.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

interface Spec {
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  letter: string;
}

/** `%-+10.3f` without its percent sign. A negative width stands for the minus flag. */
function readSpec(text: string): Spec {
  const [, flags = '', width, precision, letter = ''] =
    /^([-+ 0#']*)(-?\d+)?(?:\.(-?\d+))?([a-zA-Z])$/.exec(text) ?? [];
  const wide = width === undefined ? undefined : Number(width);
  return {
    flags: wide !== undefined && wide < 0 ? `${flags}-` : flags,
    width: wide === undefined ? undefined : Math.abs(wide),
    precision: precision === undefined || Number(precision) < 0 ? undefined : Number(precision),
    letter,
  };
}

const grouped = (digits: string, size: number) =>
  digits.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${size}})+(?![0-9a-fA-F]))`, 'g'), ',');

/** Sign, padding and zeros around the digits, as printf puts them. */
function assemble(negative: boolean, prefix: string, digits: string, spec: Spec, zeros: boolean): string {
  const sign = negative ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : '';
  const missing = (spec.width ?? 0) - sign.length - prefix.length - digits.length;
  if (missing <= 0) return sign + prefix + digits;
  if (spec.flags.includes('-')) return sign + prefix + digits + ' '.repeat(missing);
  if (zeros && spec.flags.includes('0')) return sign + prefix + '0'.repeat(missing) + digits;
  return ' '.repeat(missing) + sign + prefix + digits;
}

function formatInteger(value: bigint, text: string): string {
  const spec = readSpec(text);
  const [radix, size] = { d: [10, 3], i: [10, 3], o: [8, 4], x: [16, 4], X: [16, 4] }[spec.letter] ?? [10, 3];
  const magnitude = value < 0n ? -value : value;
  let digits = magnitude.toString(radix);
  if (spec.letter === 'X') digits = digits.toUpperCase();
  if (spec.precision !== undefined)
    digits = spec.precision === 0 && value === 0n ? '' : digits.padStart(spec.precision, '0');
  if (spec.flags.includes("'")) digits = grouped(digits, size ?? 3);
  const mark = { o: '0', x: '0x', X: '0X' }[spec.letter] ?? '';
  const prefix = spec.flags.includes('#') && value !== 0n ? mark : '';
  return assemble(value < 0n, prefix, digits, spec, spec.precision === undefined);
}

function general(real: Real, precision: number, alternate: boolean): string {
  const significant = Math.max(precision, 1);
  const { exponent } = scientificDigits(real, significant - 1);
  const text =
    exponent < -4 || exponent >= significant
      ? scientific(real, significant - 1)
      : fixed(real, Math.max(significant - 1 - exponent, 0));
  if (alternate || !text.includes('.')) return text;
  return text.replace(/\.?0+(e|$)/, '$1');
}

/** `1.5e+00`: at least two digits of exponent. */
function scientific(real: Real, places: number): string {
  const { digits, exponent } = scientificDigits(real, places);
  return `${digits}e${exponentText(exponent)}`;
}

function formatFloat(value: number, text: string): string {
  const spec = readSpec(text);
  if (Number.isFinite(value)) return formatReal(realOfDouble(value), value < 0 || Object.is(value, -0), spec);
  const word = Number.isNaN(value) ? 'nan' : 'inf';
  const isUpper = spec.letter === spec.letter.toUpperCase();
  return assemble(value < 0, '', isUpper ? word.toUpperCase() : word, spec, false);
}

/** NUMERIC and BIGNUMERIC as text, exact to the last digit. */
function formatDecimal(value: string, text: string): string {
  const [whole = '0', decimals = ''] = value.replace('-', '').split('.');
  const real: Real = { above: BigInt(whole + decimals), below: powerOfTen(decimals.length), rounding: 'away' };
  return formatReal(real, value.startsWith('-'), readSpec(text));
}

function formatReal(real: Real, negative: boolean, spec: Spec): string {
  const isUpper = spec.letter === spec.letter.toUpperCase();
  const kind = spec.letter.toLowerCase();
  const places = spec.precision ?? 6;
  const alternate = spec.flags.includes('#');
  let digits =
    kind === 'f' ? fixed(real, places) : kind === 'e' ? scientific(real, places) : general(real, places, alternate);
  if (alternate && places === 0 && !digits.includes('.')) digits = digits.replace(/^(\d+)/, '$1.');
  if (spec.flags.includes("'")) digits = digits.replace(/^\d+/, (whole) => grouped(whole, 3));
  return assemble(negative, '', isUpper ? digits.toUpperCase() : digits, spec, true);
}

function formatText(value: string, text: string): string {
  const spec = readSpec(text);
  const letters = [...value];
  const cut = spec.precision === undefined ? letters : letters.slice(0, spec.precision);
  const padding = ' '.repeat(Math.max((spec.width ?? 0) - cut.length, 0));
  return spec.flags.includes('-') ? cut.join('') + padding : padding + cut.join('');
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

/** A literal of GoogleSQL: in double quotes, unless the text holds some and no single ones. */
function quoteLiteral(text: string, isBytes: boolean): string {
  const quote = text.includes('"') && !text.includes("'") ? "'" : '"';
  let out = '';
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (letter === quote) out += `\\${quote}`;
    else if (ESCAPES[letter] !== undefined && (!isBytes || '\\\n\r\t'.includes(letter))) out += ESCAPES[letter];
    else if (code < 32 || code === 127 || (isBytes && code > 126)) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += letter;
  }
  return quote + out + quote;
}

/** FORMAT's specifiers: the value, and the specifier behind its percent sign. */
export const FORMAT_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_format_integer', ['integer', 'text'], 'text', formatInteger),
  defineScalar('bq_format_float', ['float', 'text'], 'text', formatFloat),
  defineScalar('bq_format_decimal', ['text', 'text'], 'text', formatDecimal),
  defineScalar('bq_format_text', ['text', 'text'], 'text', formatText),
  defineScalar('bq_quote_text', ['text'], 'text', (text) => quoteLiteral(text, false)),
  defineScalar(
    'bq_quote_bytes',
    ['bytes'],
    'text',
    (bytes) => `b${quoteLiteral(Buffer.from(bytes).toString('latin1'), true)}`,
  ),
  defineScalar('bq_escape_bytes', ['bytes'], 'text', (bytes) =>
    quoteLiteral(Buffer.from(bytes).toString('latin1'), true).slice(1, -1),
  ),
];
