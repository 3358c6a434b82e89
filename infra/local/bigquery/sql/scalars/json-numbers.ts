import { exponentText } from '../decimals/digits.ts';

/** `1.5e+00` as JavaScript writes it → without an exponent where that is from -4 to below `most`. */
function written(exponential: string, most: number): string {
  const [, sign = '', mantissa = '', power = ''] = /^(-?)([\d.]+)e(.+)$/.exec(exponential) ?? [];
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= most) return `${sign}${mantissa}e${exponentText(exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const decimals = digits.slice(exponent + 1);
  return `${sign}${digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')}${decimals === '' ? '' : `.${decimals}`}`;
}

/**
 * A finite double as the JSON type prints it: up to 15 digits before the point and three zeros behind it, else an exponent.
 * Source: `9.223372036854776e+20` in cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#parse_json
 */
export function jsonDouble(value: number): string {
  const text = Object.is(value, -0) ? '-0' : written(value.toExponential(), 15);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A finite double as CAST AS STRING prints it: 15 digits where they give the number back, else 17. */
export function castDouble(value: number): string {
  const places = Number(value.toPrecision(15)) === value ? 15 : 17;
  return written(value.toExponential(places - 1).replace(/\.?0+e/, 'e'), places);
}

/** Whether a number's text is an integer that 64 bits hold, with a sign or without. */
export function isWideInteger(text: string): boolean {
  if (!/^-?\d+$/.test(text)) return false;
  const integer = BigInt(text);
  return integer >= -(2n ** 63n) && integer < 2n ** 64n;
}

/** Digits and the place of the last of them, whatever the spelling. */
function significant(text: string): string {
  const [, sign = '', whole = '', decimals = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${decimals}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${sign}${kept}e${Number(power) - decimals.length + digits.length - kept.length}`;
}

/** Whether the nearest double's own text has the same digits. */
export const isExactDouble = (text: string): boolean =>
  Number.isFinite(Number(text)) && significant(String(Number(text))) === significant(text);
