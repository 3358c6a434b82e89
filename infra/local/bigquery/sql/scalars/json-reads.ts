import { BIGNUMERIC, divideRounded, parseDecimal, powerOfTen } from '../decimals/decimal.ts';
import { castDouble, isExactDouble, isWideInteger } from './json-numbers.ts';
import { type JsonValue, readJson } from './json-value.ts';
import { defineScalar, type ScalarFunction } from './scalar.ts';

/**
 * A JSON value as a SQL value's text, or undefined where it is none. Lax reading converts between types, strict reading does not.
 * Source: cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#lax_converters
 */
type Reader = (value: JsonValue, lax: boolean) => string | undefined;

/** Half away from zero, as CAST from FLOAT64 to INT64 rounds. */
function integerOf(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined;
  const rounded = BigInt(Math.sign(value) * Math.round(Math.abs(value)));
  return rounded >= -(2n ** 63n) && rounded < 2n ** 63n ? String(rounded) : undefined;
}

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;
const SPECIAL: Record<string, string> = {
  nan: 'nan',
  inf: 'inf',
  '+inf': 'inf',
  '-inf': '-inf',
  infinity: 'inf',
  '+infinity': 'inf',
  '-infinity': '-inf',
};

const READERS: Record<'bool' | 'int' | 'float' | 'string', Reader> = {
  bool(value, lax) {
    if (value.kind === 'bool') return String(value.value);
    if (!lax) return undefined;
    if (value.kind === 'number') return String(Number(value.text) !== 0);
    return value.kind === 'string' && /^(true|false)$/i.test(value.value) ? value.value.toLowerCase() : undefined;
  },
  int(value, lax) {
    if (value.kind === 'number') {
      if (/^-?\d+$/.test(value.text)) return BigInt(value.text) < 2n ** 63n ? value.text : undefined;
      const number = Number(value.text);
      return lax || Number.isInteger(number) ? integerOf(number) : undefined;
    }
    if (!lax) return undefined;
    if (value.kind === 'bool') return value.value ? '1' : '0';
    const units = value.kind === 'string' ? parseDecimal(value.value, BIGNUMERIC) : undefined;
    if (units === undefined) return undefined;
    const integer = divideRounded(units, powerOfTen(BIGNUMERIC.scale));
    return integer >= -(2n ** 63n) && integer < 2n ** 63n ? String(integer) : undefined;
  },
  float(value, lax) {
    if (value.kind === 'number') return value.text;
    if (!lax || value.kind !== 'string') return undefined;
    if (NUMBER.test(value.value)) return Number.isFinite(Number(value.value)) ? String(Number(value.value)) : undefined;
    return SPECIAL[value.value.trim().toLowerCase()];
  },
  string(value, lax) {
    if (value.kind === 'string') return value.value;
    if (!lax) return undefined;
    if (value.kind === 'bool') return String(value.value);
    if (value.kind !== 'number') return undefined;
    return /^-?\d+$/.test(value.text) ? value.text : castDouble(Number(value.text));
  },
};

const WORDS = { bool: 'a boolean', int: 'an integer', float: 'a number', string: 'a string' };

const readersOf = (kind: keyof typeof READERS): ScalarFunction[] => [
  defineScalar(`bq_json_lax_${kind}`, ['text'], 'text', (json) => READERS[kind](readJson(json), true) ?? null),
  defineScalar(`bq_json_lax_${kind}_array`, ['text'], 'texts', (json) => {
    const value = readJson(json);
    return value.kind === 'array' ? value.items.map((item) => READERS[kind](item, true) ?? null) : null;
  }),
  defineScalar(`bq_json_${kind}_array`, ['text'], 'texts', (json) => {
    const value = readJson(json);
    if (value.kind !== 'array') throw new Error('The provided JSON input is not an array');
    return value.items.map((item) => {
      const read = READERS[kind](item, false);
      if (read === undefined)
        throw new Error(`The provided JSON input is not an array of ${WORDS[kind].replace(/^an? /, '')}s`);
      return read;
    });
  }),
];

/** JSON as text → values as text, for a cast to the type that is read. */
export const JSON_READS: readonly ScalarFunction[] = [
  ...(['bool', 'int', 'float', 'string'] as const).flatMap(readersOf),
  // A decimal's text as a JSON number: one of 64 bits or of a double's digits; others stand in quotes, or are an error.
  defineScalar('bq_json_decimal_number', ['text', 'bool'], 'text', (text, quoted) => {
    if (isWideInteger(text)) {
      const integer = BigInt(text);
      return quoted && (integer > 2n ** 53n || integer < -(2n ** 53n)) ? `"${text}"` : text;
    }
    if (isExactDouble(text)) return text;
    if (quoted) return `"${text}"`;
    throw new Error('Failed to convert type NUMERIC to JSON');
  }),
];
