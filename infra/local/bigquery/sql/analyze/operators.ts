import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { duckType, isNumeric, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { castTo } from './casts.ts';
import { equals, precedes } from './comparisons.ts';
import { addDays, addInterval } from './dates.ts';
import { analyze, comparable, signatureError } from './expressions.ts';
import { intervalArithmetic } from './intervals.ts';
import { floatOf, integerOf } from './literals.ts';
import { coerce, commonType, type Typed, typed } from './typed.ts';

type Of<K extends Expr['kind']> = Extract<Expr, { kind: K }>;
const BOOL = scalar('BOOL');
const INT64 = scalar('INT64');

export function analyzeUnary(expr: Of<'unary'>, env: Env): Typed {
  const of = analyze(expr.of, env);
  if (expr.op === 'NOT') {
    const bool = coerce(of, BOOL);
    if (!bool) throw signatureError('operator NOT', [of], expr.at);
    return typed(`(NOT ${bool.sql})`, BOOL);
  }
  if (expr.op === '~') {
    if (of.type.kind === 'BYTES') return typed(`bq_bytes_not(${of.sql})`, of.type);
    if (of.type.kind !== 'INT64') throw signatureError('operator ~', [of], expr.at);
    return typed(`(~${of.sql})`, INT64);
  }
  if (of.type.kind === 'INTERVAL' && expr.op === '-') return typed(`(-${of.sql})`, of.type);
  if (!isNumeric(of.type)) throw signatureError(`operator ${expr.op}`, [of], expr.at);
  if (expr.op === '+') return of;
  if (of.literal?.kind === 'integer') return integerOf(-BigInt(of.literal.value));
  if (of.literal?.kind === 'float')
    return floatOf(of.literal.value.startsWith('-') ? of.literal.value.slice(1) : `-${of.literal.value}`);
  if (of.type.kind === 'BIGNUMERIC') return typed(`bq_bignumeric_negate(${of.sql})`, of.type);
  return typed(`(-${of.sql})`, of.type);
}

export function analyzeBinary(expr: Of<'binary'>, env: Env): Typed {
  const { op, at } = expr;
  if (op === '+' || op === '-') {
    const dated = addInterval(expr, env);
    if (dated) return dated;
  }
  const left = analyze(expr.left, env);
  const right = analyze(expr.right, env);
  const days = op === '+' || op === '-' ? addDays(op, left, right, at) : undefined;
  if (days) return days;
  if (op === '+' || op === '-' || op === '*' || op === '/') {
    const interval = intervalArithmetic(op, left, right, at);
    if (interval) return interval;
  }
  switch (op) {
    case 'AND':
    case 'OR': {
      const items = [coerce(left, BOOL), coerce(right, BOOL)];
      if (!items[0] || !items[1]) throw signatureError(`operator ${op}`, [left, right], at);
      return typed(`(${items[0].sql} ${op} ${items[1].sql})`, BOOL);
    }
    case '=':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(op, left, right, at);
    case 'IS DISTINCT FROM':
    case 'IS NOT DISTINCT FROM': {
      const { items } = comparable([left, right], `operator ${op}`, at, false);
      return typed(`(${items[0]?.sql} ${op} ${items[1]?.sql})`, BOOL);
    }
    case 'LIKE':
      return like(left, right, at);
    case '||':
      return concatenate(left, right, at);
    case '+':
    case '-':
    case '*':
      return arithmetic(op, left, right, at);
    case '/':
      return divide(left, right, at);
    case '|':
    case '&':
    case '^':
    case '<<':
    case '>>':
      return bits(op, left, right, at);
  }
  throw unsupported(`operator ${op}`, at);
}

function compare(op: string, left: Typed, right: Typed, at: number): Typed {
  const isEquality = op === '=' || op === '!=';
  const { items, type } = comparable([left, right], `operator ${op}`, at, !isEquality);
  const [a, b] = items as [Typed, Typed];
  if (!isEquality) return typed(precedes(op, a, b, type), BOOL);
  if (type.kind !== 'FLOAT64' && type.kind !== 'STRUCT') return typed(`(${a.sql} ${op} ${b.sql})`, BOOL);
  return typed(op === '=' ? equals(a, b, type) : `(NOT ${equals(a, b, type)})`, BOOL);
}

/** A backslash escapes the next character in GoogleSQL's patterns. */
export function like(left: Typed, right: Typed, at: number): Typed {
  const items = [coerce(left, scalar('STRING')), coerce(right, scalar('STRING'))];
  if (!items[0] || !items[1]) {
    const bytes = [coerce(left, scalar('BYTES')), coerce(right, scalar('BYTES'))];
    if (bytes[0] && bytes[1])
      return typed(`(bq_latin1(${bytes[0].sql}) LIKE bq_like_pattern(bq_latin1(${bytes[1].sql})) ESCAPE '\\')`, BOOL);
    throw signatureError('operator LIKE', [left, right], at);
  }
  const pattern = right.literal?.kind === 'text' ? right.literal.value : undefined;
  if (pattern !== undefined && /^(?:[^\\]|\\.)*\\$/s.test(pattern))
    throw new SqlError('LIKE pattern ends with a backslash', at);
  if (pattern !== undefined && !pattern.includes('\\')) return typed(`(${items[0].sql} LIKE ${items[1].sql})`, BOOL);
  return typed(
    `(${items[0].sql} LIKE ${pattern === undefined ? `bq_like_pattern(${items[1].sql})` : items[1].sql} ESCAPE '\\')`,
    BOOL,
  );
}

const HAVE_TEXTS = new Set<SqlType['kind']>([
  ...(['STRING', 'BOOL', 'INT64', 'FLOAT64', 'NUMERIC', 'BIGNUMERIC'] as const),
  ...(['DATE', 'TIME', 'DATETIME', 'TIMESTAMP', 'INTERVAL'] as const),
]);

/** What is concatenated into one STRING, as the texts that CAST makes of it; undefined where anything else is among it. */
export const textsOf = (items: readonly Typed[], at: number): Typed[] | undefined =>
  items.every((item) => HAVE_TEXTS.has(item.type.kind))
    ? items.map((item) => coerce(item, scalar('STRING')) ?? castTo(item, scalar('STRING'), false, at))
    : undefined;

export function concatenate(left: Typed, right: Typed, at: number): Typed {
  const texts = textsOf([left, right], at);
  if (texts) return typed(`(${texts.map((text) => text.sql).join(' || ')})`, scalar('STRING'));
  const type = commonType([left, right]);
  if (!type || (type.kind !== 'BYTES' && type.kind !== 'ARRAY')) throw signatureError('operator ||', [left, right], at);
  const items = [coerce(left, type), coerce(right, type)];
  if (type.kind === 'ARRAY') return typed(`bq_array_concat(${items[0]?.sql}, ${items[1]?.sql})`, type);
  return typed(`(${items[0]?.sql} || ${items[1]?.sql})`, type);
}

function numbers(what: string, left: Typed, right: Typed, at: number): { items: [Typed, Typed]; type: SqlType } {
  const type = commonType([left, right]);
  if (!type || !isNumeric(type)) throw signatureError(what, [left, right], at);
  return { items: [coerce(left, type) as Typed, coerce(right, type) as Typed], type };
}

export function arithmetic(op: string, left: Typed, right: Typed, at: number): Typed {
  const { items, type } = numbers(`operator ${op}`, left, right, at);
  const [a, b] = items;
  if (type.kind === 'FLOAT64') return typed(`bq_finite(${a.sql} ${op} ${b.sql}, ${a.sql}, ${b.sql})`, type);
  if (type.kind === 'INT64') return typed(`(${a.sql} ${op} ${b.sql})`, type);
  if (type.kind === 'BIGNUMERIC') return typed(`bq_bignumeric_${BIG[op]}(${a.sql}, ${b.sql})`, type);
  if (op === '*') return typed(multiplyNumeric(left, right, a, b), type);
  return typed(`CAST((${a.sql} ${op} ${b.sql}) AS ${duckType(type)})`, type);
}

const BIG: Record<string, string> = { '+': 'add', '-': 'subtract', '*': 'multiply' };

/** A whole number adds no places, so its product needs no rounding. */
function multiplyNumeric(left: Typed, right: Typed, a: Typed, b: Typed): string {
  const whole = (one: Typed) => `CAST(${one.sql} AS DECIMAL(19,0))`;
  if (right.type.kind === 'INT64') return `CAST(${a.sql} * ${whole(right)} AS DECIMAL(38,9))`;
  if (left.type.kind === 'INT64') return `CAST(${whole(left)} * ${b.sql} AS DECIMAL(38,9))`;
  return `bq_multiply_numeric(${a.sql}, ${b.sql})`;
}

/** `/` is FLOAT64, or NUMERIC where an operand is; a zero divisor is an error, never Infinity. */
export function divide(left: Typed, right: Typed, at: number): Typed {
  const { items, type } = numbers('operator /', left, right, at);
  if (type.kind === 'BIGNUMERIC') return typed(`bq_bignumeric_divide(${items[0].sql}, ${items[1].sql})`, type);
  if (type.kind === 'NUMERIC') return typed(`bq_numeric_divide(${items[0].sql}, ${items[1].sql})`, type);
  const [a, b] = items.map((item) => coerce(item, scalar('FLOAT64'))?.sql);
  return typed(`bq_divide(${a}, ${b})`, scalar('FLOAT64'));
}

function bits(op: string, left: Typed, right: Typed, at: number): Typed {
  const items = [coerce(left, INT64), coerce(right, INT64)];
  if (!items[0] || !items[1]) {
    const other = op === '<<' || op === '>>' ? coerce(right, INT64) : coerce(right, scalar('BYTES'));
    const fn = { '&': 'and', '|': 'or', '^': 'xor', '<<': 'shift_left', '>>': 'shift_right' }[op];
    if (left.type.kind === 'BYTES' && other) return typed(`bq_bytes_${fn}(${left.sql}, ${other.sql})`, left.type);
    throw signatureError(`operator ${op}`, [left, right], at);
  }
  const [a, b] = [items[0].sql, items[1].sql];
  if (op === '^') return typed(`xor(${a}, ${b})`, INT64);
  if (op === '<<') return typed(`bq_shift_left(${a}, ${b})`, INT64);
  if (op === '>>') return typed(`bq_shift_right(${a}, ${b})`, INT64);
  return typed(`(${a} ${op} ${b})`, INT64);
}
