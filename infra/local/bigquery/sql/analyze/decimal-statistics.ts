import { unsupported } from '../sql-error.ts';
import { isDecimal } from '../type-parameters.ts';
import { type ScalarKind, scalar } from '../types.ts';
import type { Build, Built, Core } from './aggregates.ts';
import { coerce, type Typed } from './typed.ts';

/** DuckDB adds whole numbers of any size in its BIGNUM. */
const whole = (sql: string) => `CAST(${sql} AS BIGNUM)`;
const asText = (sql: string) => `CAST(${sql} AS VARCHAR)`;

interface Side {
  x: Typed;
  /** `numeric` or `bignumeric`, as the scalar functions are called. */
  kind: string;
}

const unitsOf = ({ x, kind }: Side) => whole(`bq_${kind}_units(${x.sql})`);
const product = ({ x, kind }: Side, y: Side) => whole(`bq_${kind}_product(${x.sql}, ${y.x.sql})`);

/** The decimal type that both have by themselves or by widening, where neither is FLOAT64. */
function sidesOf(args: Typed[]): Side[] | undefined {
  const kinds = args.map(({ type }) => type.kind);
  if (!kinds.some(isDecimal) || kinds.includes('FLOAT64')) return undefined;
  const kind: ScalarKind = kinds.includes('BIGNUMERIC') ? 'BIGNUMERIC' : 'NUMERIC';
  const sides = args.map((arg) => coerce(arg, scalar(kind)));
  return sides.every((side) => side !== undefined) ? sides.map((x) => ({ x, kind: kind.toLowerCase() })) : undefined;
}

/** VAR_POP, STDDEV and COVAR_POP of decimals by their exact sums; undefined where the arguments are others. */
export function decimalStatistic(name: string, build: Build): Build {
  return (args, call) => {
    const sides = sidesOf(args);
    const [x, y = x] = sides ?? [];
    if (!x || !y) return build(args, call);
    if (call.distinct && sides?.length === 2) throw unsupported(`${name} of decimals with DISTINCT`, call.at);
    const offset = name.endsWith('_POP') ? 0 : 1;
    const isRoot = name.startsWith('STDDEV');
    return {
      type: scalar('FLOAT64'),
      sql: (core) => {
        const sums = call.distinct ? distinctSums(x, core) : sumsOf(x, y, core);
        const variance =
          name === 'CORR'
            ? `bq_decimal_correlation(${[...sums, sumOfSquares(x, y, core), sumOfSquares(y, x, core)].join(', ')})`
            : `bq_${x.kind}_covariance(${sums.join(', ')}, ${offset})`;
        return isRoot ? `sqrt(${variance})` : variance;
      },
    } satisfies Built;
  };
}

/** A pair counts where neither of it is NULL. */
const beside = (sql: string, other: Side) => `CASE WHEN ${other.x.sql} IS NOT NULL THEN ${sql} END`;

const sumOfSquares = (x: Side, other: Side, core: Core) => asText(core('sum', beside(product(x, x), other)));

const sumsOf = (x: Side, y: Side, core: Core) => [
  asText(core('sum', product(x, y))),
  asText(core('sum', beside(unitsOf(x), y))),
  asText(core('sum', beside(unitsOf(y), x))),
  core('count', beside(x.x.sql, y)),
];

/** Equal squares are not equal values: the distinct values are collected first. */
function distinctSums({ x, kind }: Side, core: Core): string[] {
  const values = core('list', x.sql, { filter: `${x.sql} IS NOT NULL` });
  const sum = (of: (e: Side) => string) =>
    asText(`list_sum(list_transform(${values}, lambda e: ${of({ x: { ...x, sql: 'e' }, kind })}))`);
  const units = sum(unitsOf);
  return [sum((e) => product(e, e)), units, units, `len(${values})`];
}
