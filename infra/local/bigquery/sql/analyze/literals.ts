import { DECIMALS } from '../decimals/decimal.ts';
import type { Expr } from '../parse/tree.ts';
import { SqlError } from '../sql-error.ts';
import { quoteText, scalar } from '../types.ts';
import { fromText, type Typed, typed } from './typed.ts';
import { decimalConstant } from './widening.ts';

const INT64_MAX = 2n ** 63n - 1n;

export function literalOf(expr: Extract<Expr, { kind: 'literal' }>): Typed {
  const { type, value, at } = expr;
  switch (type) {
    case 'INT64': {
      const integer = BigInt(value);
      if (integer > INT64_MAX || integer < -INT64_MAX - 1n) throw new SqlError(`Invalid integer literal: ${value}`, at);
      return integerOf(integer);
    }
    case 'FLOAT64': {
      if (!Number.isFinite(Number(value))) throw new SqlError(`Invalid floating point literal: ${value}`, at);
      return floatOf(value);
    }
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return numericOf(value, type, at);
    case 'STRING':
      return textOf(value);
    case 'BYTES':
      return typed(bytesSql(Buffer.from(value, 'latin1')), scalar('BYTES'));
    case 'BOOL':
      return typed(value, scalar('BOOL'));
    case 'DATE':
    case 'DATETIME':
    case 'TIME':
    case 'TIMESTAMP': {
      const moment = fromText(value, scalar(type));
      if (!moment) throw new SqlError(`Could not cast literal "${value}" to type ${type}`, at);
      return moment;
    }
    case 'JSON':
      try {
        JSON.parse(value);
      } catch (error) {
        throw new SqlError(`Invalid JSON literal: ${(error as Error).message}`, at);
      }
      return typed(`bq_parse_json(${quoteText(value)})`, scalar('JSON'));
  }
}

export function integerOf(value: bigint): Typed {
  const sql = value < 0n ? `CAST('${value}' AS BIGINT)` : `${value}::BIGINT`;
  return { ...typed(sql, scalar('INT64')), literal: { kind: 'integer', value: String(value) } };
}

/** The text is kept: beside a decimal, its own digits count. */
export function floatOf(value: string): Typed {
  return { ...typed(`CAST(${quoteText(value)} AS DOUBLE)`, scalar('FLOAT64')), literal: { kind: 'float', value } };
}

export function textOf(value: string): Typed {
  return { ...typed(quoteText(value), scalar('STRING')), literal: { kind: 'text', value } };
}

export function bytesSql(bytes: Buffer): string {
  return `unhex('${bytes.toString('hex')}')`;
}

/** A literal must be one of the type's own values: only a cast rounds. */
export function numericOf(value: string, type: 'NUMERIC' | 'BIGNUMERIC', at: number): Typed {
  const constant = decimalConstant(value, type);
  if (constant === undefined || isRounded(value, type))
    throw new SqlError(`Invalid ${type} literal: ${JSON.stringify(value)}`, at);
  return typed(constant, scalar(type));
}

/** Whether a number's text has digits behind the type's last place. */
function isRounded(value: string, type: 'NUMERIC' | 'BIGNUMERIC'): boolean {
  const [, whole = '', decimals = '', exponent = '0'] = /(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/.exec(value) ?? [];
  const digits = `${whole}${decimals}`.replace(/0+$/, '');
  return digits !== '' && digits.length - whole.length - Number(exponent) > DECIMALS[type].scale;
}
