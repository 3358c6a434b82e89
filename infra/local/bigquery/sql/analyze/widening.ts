import { DECIMALS, type DecimalType, encodeUnits, parseDecimal, renderDecimal } from '../decimals/decimal.ts';
import type { ScalarKind } from '../types.ts';

type DecimalKind = keyof typeof DECIMALS;

/** From → to → DuckDB expression over `$`, where GoogleSQL converts by itself. */
export const WIDENINGS: Partial<Record<ScalarKind, Partial<Record<ScalarKind, string>>>> = {
  INT64: {
    NUMERIC: 'CAST($ AS DECIMAL(38,9))',
    BIGNUMERIC: 'bq_int_bignumeric($)',
    FLOAT64: 'CAST($ AS DOUBLE)',
  },
  NUMERIC: { BIGNUMERIC: 'bq_numeric_bignumeric($)', FLOAT64: 'bq_numeric_float($)' },
  BIGNUMERIC: { FLOAT64: 'bq_bignumeric_float($)' },
};

/** A number's text as a constant of the type, or undefined where it is none or out of range. */
export function decimalConstant(text: string, kind: DecimalKind): string | undefined {
  const type: DecimalType = DECIMALS[kind];
  const units = parseDecimal(text, type);
  if (units === undefined) return undefined;
  return kind === 'NUMERIC'
    ? `CAST('${renderDecimal(units, type)}' AS DECIMAL(38,9))`
    : `unhex('${Buffer.from(encodeUnits(units)).toString('hex')}')`;
}
