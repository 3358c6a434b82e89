import { powerOfTen } from '../decimals/decimal.ts';
import { exponentText, fixed, type Real, realOfDouble, scientificDigits } from '../decimals/digits.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

interface Spec {
  flags: string;
  width: number | undefined;
  precision: number | undefined;
  letter: string;
}

/** Code points of one field. Source: GoogleSQL's own limit, 2^20; BigQuery documents none. */
export const MOST_WIDTH = 1_048_576;

/** `%-+10.3f` without its percent sign. A negative width stands for the minus flag. */
function readSpec(text: string): Spec {
  const [, flags = '', width, precision, letter = ''] =
    /^([-+ 0#']*)(-?\d+)?(?:\.(-?\d+))?([a-zA-Z])$/.exec(text) ?? [];
  const wide = width === undefined ? undefined : Number(width);
  const places = precision === undefined || Number(precision) < 0 ? undefined : Number(precision);
  if (wide !== undefined && Math.abs(wide) > MOST_WIDTH)
    throw new Error(`Output string too long while evaluating FORMAT; limit ${MOST_WIDTH}`);
  // No double has more places; %g writes no zeros at the end, so that more places change nothing.
  const most = /[gG]/.test(letter) ? Number.POSITIVE_INFINITY : /[eEfF]/.test(letter) ? 1074 : MOST_WIDTH;
  if (places !== undefined && places > most) throw new Error(`Precision value is too big: ${places}`);
  return {
    flags: wide !== undefined && wide < 0 ? `${flags}-` : flags,
    width: wide === undefined ? undefined : Math.abs(wide),
    precision: places === undefined ? undefined : Math.min(places, most === Number.POSITIVE_INFINITY ? 1074 : most),
    letter,
  };
}

const grouped = (digits: string, size: number, separator = ',') =>
  digits.replace(new RegExp(`\\B(?=(?:[0-9a-fA-F]{${size}})+(?![0-9a-fA-F]))`, 'g'), separator);

/** Sign, padding and zeros around the digits, as printf puts them. */
function assemble(negative: boolean, prefix: string, digits: string, spec: Spec, zeros: boolean): string {
  const sign = negative ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : '';
  const missing = (spec.width ?? 0) - sign.length - prefix.length - digits.length;
  if (missing <= 0) return sign + prefix + digits;
  if (spec.flags.includes('-')) return sign + prefix + digits + ' '.repeat(missing);
  if (zeros && spec.flags.includes('0')) return sign + prefix + '0'.repeat(missing) + digits;
  return ' '.repeat(missing) + sign + prefix + digits;
}

const RADIXES: Record<string, { radix: number; group: number; separator: string; mark: string }> = {
  d: { radix: 10, group: 3, separator: ',', mark: '' },
  i: { radix: 10, group: 3, separator: ',', mark: '' },
  o: { radix: 8, group: 4, separator: ',', mark: '0' },
  x: { radix: 16, group: 4, separator: ':', mark: '0x' },
  X: { radix: 16, group: 4, separator: ':', mark: '0X' },
};

/** Beyond printf: negative octal and hexadecimal numbers have a sign, a zero its mark, and groups a separator of their own. */
function formatInteger(value: bigint, text: string): string {
  const spec = readSpec(text);
  const { radix, group, separator, mark } = RADIXES[spec.letter] as (typeof RADIXES)[string];
  const isGrouped = spec.flags.includes("'");
  const isPrintf = radix === 10 && !isGrouped;
  let digits = (value < 0n ? -value : value).toString(radix);
  if (spec.letter === 'X') digits = digits.toUpperCase();
  let prefix = spec.flags.includes('#') ? mark : '';
  if (spec.precision !== undefined && spec.precision > digits.length) {
    const missing = spec.precision - digits.length;
    if (radix === 8) prefix = '';
    // GoogleSQL misplaces the separators there.
    if (isGrouped && missing < ((spec.precision - 1) % group) + 1)
      throw new Error(
        "not supported by the embedded warehouse: FORMAT with the flag ' and zeros within the first group",
      );
    digits = digits.padStart(spec.precision, '0');
  }
  if (isPrintf && spec.precision === 0 && value === 0n) digits = '';
  if (isGrouped) digits = grouped(digits, group, separator);
  return assemble(value < 0n, prefix, digits, spec, !isPrintf || spec.precision === undefined);
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

const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const QUOTES = ['"', "'", '`'];

/** A literal's quotes: double ones, unless the text holds some and no single ones. */
const quoteFor = (text: string) => (text.includes('"') && !text.includes("'") ? "'" : '"');

/** Within a literal of GoogleSQL's. A hexadecimal digit behind an escaped character is escaped too, as in C. */
function escapeText(text: string, quote: string): string {
  let out = '';
  let isBehindHex = false;
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    const isHex: boolean =
      NAMED[letter] === undefined && (code < 32 || code === 127 || (isBehindHex && /[0-9a-fA-F]/.test(letter)));
    if (isHex) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else out += NAMED[letter] ?? (letter === quote || letter === '\\' ? `\\${letter}` : letter);
    isBehindHex = isHex;
  }
  return out;
}

/** The same for bytes, of which only ASCII's printable ones stand for themselves; without a quote every one is escaped. */
function escapeBytes(bytes: Uint8Array, quote?: string): string {
  let out = '';
  for (const code of bytes) {
    const letter = String.fromCharCode(code);
    if (code < 32 || code > 126) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (letter === '\\' || (quote === undefined ? QUOTES.includes(letter) : letter === quote))
      out += `\\${letter}`;
    else out += letter;
  }
  return out;
}

function quoteText(text: string): string {
  const quote = quoteFor(text);
  return quote + escapeText(text, quote) + quote;
}

function quoteBytes(bytes: Uint8Array): string {
  const quote = quoteFor(Buffer.from(bytes).toString('latin1'));
  return `b${quote}${escapeBytes(bytes, quote)}${quote}`;
}

/** FORMAT's specifiers: the value, and the specifier behind its percent sign. */
export const FORMAT_SCALARS: readonly ScalarFunction[] = [
  defineScalar('bq_format_integer', ['integer', 'text'], 'text', formatInteger),
  defineScalar('bq_format_float', ['float', 'text'], 'text', formatFloat),
  defineScalar('bq_format_decimal', ['text', 'text'], 'text', formatDecimal),
  defineScalar('bq_format_text', ['text', 'text'], 'text', formatText),
  defineScalar('bq_quote_text', ['text'], 'text', quoteText),
  defineScalar('bq_quote_bytes', ['bytes'], 'text', quoteBytes),
  defineScalar('bq_escape_bytes', ['bytes'], 'text', (bytes) => escapeBytes(bytes)),
];
