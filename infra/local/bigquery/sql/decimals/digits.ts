import { divideRounded, magnitude, powerOfTen, type Rounding } from './decimal.ts';

/** A number's magnitude as a fraction, and how its digits are rounded: C's printf rounds doubles to even, decimals go away from zero. */
export interface Real {
  above: bigint;
  below: bigint;
  rounding: Rounding;
}

/** A finite double's exact value. */
export function realOfDouble(value: number): Real {
  let above = Math.abs(value);
  let below = 1n;
  // Each doubling is exact: at most 1,074 of them make the least double whole.
  while (!Number.isInteger(above)) {
    above *= 2;
    below *= 2n;
  }
  return { above: BigInt(above), below, rounding: 'even' };
}

/** `%.3f`: so many places behind the point; none, no point. */
export function fixed({ above, below, rounding }: Real, places: number): string {
  const digits = String(divideRounded(above * powerOfTen(places), below, rounding)).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** `%.3e`: one digit, so many places, and the power of ten. */
export function scientificDigits(real: Real, places: number): { digits: string; exponent: number } {
  const { above, below, rounding } = real;
  let exponent = 0;
  if (above > 0n) {
    exponent = String(above).length - String(below).length;
    if (scaled(above, below, -exponent).above < scaled(above, below, -exponent).below) exponent -= 1;
  }
  const round = () => {
    const { above: a, below: b } = scaled(above, below, places - exponent);
    return String(divideRounded(a, b, rounding));
  };
  let digits = round();
  if (digits.length > places + 1) {
    exponent += 1;
    digits = round();
  }
  digits = digits.padEnd(places + 1, '0');
  return { digits: places === 0 ? digits : `${digits[0]}.${digits.slice(1)}`, exponent };
}

/** The fraction times a power of ten. */
function scaled(above: bigint, below: bigint, power: number): { above: bigint; below: bigint } {
  return power >= 0 ? { above: above * powerOfTen(power), below } : { above, below: below * powerOfTen(-power) };
}

/** `+05`, `-123`: a sign and at least two digits. */
export const exponentText = (exponent: number): string =>
  `${exponent < 0 ? '-' : '+'}${String(magnitude(BigInt(exponent))).padStart(2, '0')}`;
