import { defineScalar, type ScalarFunction } from './scalar.ts';

/** BIGNUMERIC's own scale; what is stored here has 18 places (see types.ts), so more is refused. */
const SCALE = 38;

function readDecimal(text: string): { units: bigint; scale: number } {
  const [whole = '0', decimals = ''] = text.replace('-', '').split('.');
  const units = BigInt(whole + decimals);
  return { units: text.startsWith('-') ? -units : units, scale: decimals.length };
}

const magnitude = (value: bigint) => (value < 0n ? -value : value);

/** Half away from zero at BIGNUMERIC's last place. */
function renderDecimal(units: bigint, scale: number): string {
  let [digits, places] = [magnitude(units), scale];
  if (places > SCALE) {
    const cut = 10n ** BigInt(places - SCALE);
    digits = (2n * digits + cut) / (2n * cut);
    places = SCALE;
  }
  const text = String(digits).padStart(places + 1, '0');
  const decimals = text.slice(text.length - places).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${text.slice(0, text.length - places)}${decimals === '' ? '' : `.${decimals}`}`;
}

function multiply(a: string, b: string): string {
  const [x, y] = [readDecimal(a), readDecimal(b)];
  return renderDecimal(x.units * y.units, x.scale + y.scale);
}

function divide(a: string, b: string): string {
  const [x, y] = [readDecimal(a), readDecimal(b)];
  if (y.units === 0n) throw new Error(`division by zero: ${a} / ${b}`);
  const top = magnitude(x.units) * 10n ** BigInt(SCALE + 1 + y.scale);
  const bottom = magnitude(y.units) * 10n ** BigInt(x.scale);
  const quotient = top / bottom;
  // One more place than is kept, never exactly half unless the rest is nothing.
  const exact = quotient * bottom === top ? quotient : quotient % 10n === 5n ? quotient + 1n : quotient;
  return renderDecimal(x.units < 0n !== y.units < 0n ? -exact : exact, SCALE + 1);
}

/** To `places` behind the point, or before it where that is negative. */
function round(text: string, places: bigint, mode: string): string {
  const { units, scale } = readDecimal(text);
  const drop = scale - Number(places);
  if (drop <= 0) return text;
  const cut = 10n ** BigInt(drop);
  const digits = magnitude(units);
  let kept = digits / cut;
  const rest = digits % cut;
  const isHalf = rest * 2n === cut;
  if (mode === 'away' ? rest * 2n >= cut : mode === 'even' ? rest * 2n > cut || (isHalf && kept % 2n === 1n) : false)
    kept += 1n;
  return renderDecimal(units < 0n ? -kept * cut : kept * cut, scale);
}

/** Decimals as text, exact whatever their digits. */
export const DECIMAL_SCALARS: readonly ScalarFunction[] = [
  // DuckDB's own is a power of 1/3, and misses whole roots by their last bit.
  defineScalar('bq_cbrt', ['float'], 'float', Math.cbrt),
  defineScalar('bq_decimal_multiply', ['text', 'text'], 'text', multiply),
  defineScalar('bq_decimal_divide', ['text', 'text'], 'text', divide),
  defineScalar('bq_decimal_round', ['text', 'integer', 'text'], 'text', round),
];
