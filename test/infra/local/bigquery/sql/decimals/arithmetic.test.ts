import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, startBigQuery, type Testbed } from '../../testbed.ts';

/** NUMERIC and BIGNUMERIC against whole numbers of their last place, computed here by the rules alone. */
const TYPES = {
  NUMERIC: { scale: 9, least: -(10n ** 38n - 1n), most: 10n ** 38n - 1n },
  BIGNUMERIC: { scale: 38, least: -(2n ** 255n), most: 2n ** 255n - 1n },
};
type Name = keyof typeof TYPES;
const SEED = 20260;
const PAIRS = 120;

let bed: Testbed;
beforeAll(async () => {
  bed = await startBigQuery();
});
afterAll(() => bed.stop());

const abs = (n: bigint) => (n < 0n ? -n : n);
/** The whole number nearest to `a / b`, halves away from zero. */
const nearest = (a: bigint, b: bigint) => {
  const twice = (2n * abs(a) + abs(b)) / (2n * abs(b));
  return a < 0n !== b < 0n ? -twice : twice;
};

function textOf(units: bigint, name: Name): string {
  const { scale } = TYPES[name];
  const digits = String(abs(units)).padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
  return units < 0n && units !== 0n ? `-${text}` : text;
}

/** Numbers of every size: of few digits and many, near the ends, whole, with zeros at the end. */
function units(name: Name): fc.Arbitrary<bigint> {
  const { scale, least, most } = TYPES[name];
  const sized = fc
    .tuple(fc.bigInt(least, most), fc.nat(name === 'NUMERIC' ? 38 : 76))
    .map(([value, digits]) => value / 10n ** BigInt(digits));
  const whole = fc.bigInt(-1000n, 1000n).map((n) => n * 10n ** BigInt(scale));
  const halves = fc
    .tuple(fc.bigInt(-10_000n, 10_000n), fc.nat(scale))
    .map(([n, place]) => (n * 10n ** BigInt(place) * 5n) / 1n);
  return fc.oneof(
    { weight: 6, arbitrary: sized },
    { weight: 2, arbitrary: whole },
    { weight: 2, arbitrary: halves },
    { weight: 1, arbitrary: fc.constantFrom(least, most, 0n, 1n, -1n) },
  );
}

const samples = (name: Name) =>
  fc.sample(fc.record({ a: units(name), b: units(name), n: fc.integer({ min: -45, max: 45 }) }), {
    seed: SEED,
    numRuns: PAIRS,
  });
const struct = ({ a, b, n }: { a: bigint; b: bigint; n: number }, name: Name) =>
  `STRUCT("${textOf(a, name)}" AS a, "${textOf(b, name)}" AS b, ${n} AS n)`;

describe.each(['NUMERIC', 'BIGNUMERIC'] as const)('%s', (name) => {
  const { scale, least, most } = TYPES[name];
  const unit = 10n ** BigInt(scale);
  const held = (value: bigint) => (value < least || value > most ? null : textOf(value, name));
  const cutAt = (a: bigint, n: number, round: (a: bigint, b: bigint) => bigint) => {
    if (n >= scale) return textOf(a, name);
    const cut = 10n ** BigInt(scale - n);
    return held(round(a, cut) * cut);
  };
  const rows = samples(name);
  const source = `(SELECT i, n, CAST(a AS ${name}) AS a, CAST(b AS ${name}) AS b FROM UNNEST([${rows.map((row) => struct(row, name)).join(', ')}]) WITH OFFSET AS i)`;

  test('arithmetic, rounding, comparison and conversion', async () => {
    const answered = await run(
      bed,
      `SELECT SAFE_ADD(a, b), SAFE_SUBTRACT(a, b), SAFE_MULTIPLY(a, b), SAFE_DIVIDE(a, b), SAFE.DIV(a, b), SAFE.MOD(a, b),
        SAFE.ROUND(a, n), TRUNC(a, n), SAFE.CEIL(a), SAFE.FLOOR(a), SAFE.ROUND(a), SAFE.ABS(a), SIGN(a), a < b, a = b,
        CAST(a AS STRING), CAST(a AS FLOAT64), SAFE_CAST(a AS INT64), SAFE_NEGATE(a), GREATEST(a, b),
        SAFE_CAST(CAST(a AS FLOAT64) AS ${name})
      FROM ${source} ORDER BY i`,
    );
    const expected = rows.map(({ a, b, n }) => {
      const rounded = nearest(a, unit);
      const floor = a >= 0n ? a / unit : -((-a + unit - 1n) / unit);
      const double = Number(textOf(a, name));
      return [
        held(a + b),
        held(a - b),
        held(nearest(a * b, unit)),
        b === 0n ? null : held(nearest(a * unit, b)),
        b === 0n ? null : held((a / b) * unit),
        b === 0n ? null : held(a % b),
        cutAt(a, n, nearest),
        cutAt(a, n, (x, y) => x / y),
        held((a % unit === 0n ? floor : floor + 1n) * unit),
        held(floor * unit),
        held(rounded * unit),
        held(abs(a)),
        String(a > 0n ? 1 : a < 0n ? -1 : 0),
        String(a < b),
        String(a === b),
        textOf(a, name),
        Number.isInteger(double) && Math.abs(double) < 1e21 ? `${double}.0` : String(double),
        BigInt.asIntN(64, rounded) === rounded ? String(rounded) : null,
        held(-a),
        textOf(a > b ? a : b, name),
        held(exactOf(double, scale)),
      ];
    });
    expect(answered).toEqual(expected);
  });

  test('sums, averages, extremes, order and distinctness', async () => {
    const small = rows.map((row) => ({ ...row, a: row.a / BigInt(PAIRS) }));
    const values = small.map(({ a }) => a);
    const total = values.reduce((sum, a) => sum + a, 0n);
    const sorted = values.toSorted((x, y) => (x < y ? -1 : x > y ? 1 : 0));
    const list = `[${small.map((row) => `CAST("${textOf(row.a, name)}" AS ${name})`).join(', ')}]`;
    const answered = await run(
      bed,
      `SELECT SUM(x), AVG(x), MIN(x), MAX(x), COUNT(DISTINCT x), SUM(DISTINCT x), ARRAY_AGG(x ORDER BY x) FROM UNNEST(${list}) AS x`,
    );
    const distinct = [...new Set(values)];
    expect(answered).toEqual([
      [
        textOf(total, name),
        textOf(nearest(total, BigInt(PAIRS)), name),
        textOf(sorted[0] ?? 0n, name),
        textOf(sorted.at(-1) ?? 0n, name),
        String(distinct.length),
        textOf(
          distinct.reduce((sum, a) => sum + a, 0n),
          name,
        ),
        sorted.map((a) => textOf(a, name)),
      ],
    ]);
  });

  test('text of every spelling', async () => {
    const texts = fc.sample(
      fc.tuple(units(name), fc.integer({ min: -50, max: 50 }), fc.stringMatching(/^\d{0,60}$/)).map(([a, e, more]) => {
        const digits = textOf(a, name);
        return { text: `${digits}${digits.includes('.') ? more : ''}e${e}`, a: digits, more, e };
      }),
      { seed: SEED, numRuns: PAIRS },
    );
    const answered = await run(
      bed,
      `SELECT SAFE_CAST(t AS ${name}) FROM UNNEST([${texts.map(({ text }) => `"${text}"`).join(', ')}]) AS t WITH OFFSET AS i ORDER BY i`,
    );
    const expected = texts.map(({ a, more, e }) => {
      const [whole = '', decimals = ''] = a.split('.');
      const behind = decimals === '' ? '' : decimals + more;
      const shift = BigInt(scale + e - behind.length);
      const value = BigInt(whole + behind);
      return [held(shift >= 0n ? value * 10n ** shift : nearest(value, 10n ** -shift))];
    });
    expect(answered).toEqual(expected);
  });
});

/** A double times a power of ten, halves away from zero: by its exact fraction, found by doubling. */
function exactOf(double: number, scale: number): bigint {
  let below = 1n;
  let above = Math.abs(double);
  while (!Number.isInteger(above)) {
    above *= 2;
    below *= 2n;
  }
  const exact = nearest(BigInt(above) * 10n ** BigInt(scale), below);
  return double < 0 ? -exact : exact;
}
