import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { quoteText, renderType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, constantText } from './expressions.ts';
import { literalText, plainText } from './format-text.ts';
import { jsonText } from './json-text.ts';
import { coerce, type Typed, typed } from './typed.ts';

/** FORMAT with a literal format → the concatenation of its specifiers, each an expression over its argument. */
export function analyzeFormat(call: Call, env: Env): Typed {
  const [first, ...values] = call.args.map((arg) => analyze(arg, env));
  const format = first && constantText(first);
  if (first?.literal?.kind === 'null') return typed('CAST(NULL AS VARCHAR)', scalar('STRING'));
  if (format === undefined) throw unsupported('FORMAT with a format that is no literal', call.at);
  const parts: string[] = [];
  let next = 0;
  let consumed = 0;
  const take = () => {
    const value = values[next++];
    if (!value) throw new SqlError(`Too few arguments to FORMAT for pattern "${format}"`, call.at);
    return value;
  };
  for (const match of format.matchAll(/%([-+ 0#']*)(\d+|\*)?(?:\.(\d+|\*)?)?([a-zA-Z%])|([^%]+)/gs)) {
    const [whole, flags = '', width, precision, letter = '', text] = match;
    consumed += whole.length;
    if (text !== undefined) parts.push(quoteText(text));
    else if (letter === '%') parts.push("'%'");
    else {
      const pieces: string[] = [quoteText(flags)];
      if (width !== undefined) pieces.push(width === '*' ? count(take(), call) : quoteText(width));
      if (whole.includes('.'))
        pieces.push("'.'", precision === '*' ? count(take(), call) : quoteText(precision ?? '0'));
      pieces.push(quoteText(letter));
      const isLiteral = width !== '*' && precision !== '*';
      const spec = isLiteral ? quoteText(whole.slice(1).replace(/\.([a-zA-Z])$/, '.0$1')) : `(${pieces.join(' || ')})`;
      parts.push(specifier(take(), { spec, isBare: spec === quoteText(letter), letter, whole, at: call.at }));
    }
  }
  if (consumed !== format.length) throw new SqlError(`Error in FORMAT string "${format}"`, call.at);
  if (next !== values.length)
    throw new SqlError(
      `Too many arguments to FORMAT for pattern "${format}"; Expected ${next}; Got ${values.length}`,
      call.at,
    );
  return typed(parts.length === 0 ? "''" : `(${parts.join(' || ')})`, scalar('STRING'));
}

/** A width or precision that an argument gives. */
function count(value: Typed, call: Call): string {
  const integer = coerce(value, scalar('INT64'));
  if (!integer) throw new SqlError('FORMAT width and precision must be INT64', call.at);
  return `CAST(${integer.sql} AS VARCHAR)`;
}

interface Specifier {
  /** An expression for what stands behind the percent sign. */
  spec: string;
  /** Neither flags nor width nor precision. */
  isBare: boolean;
  letter: string;
  whole: string;
  at: number;
}

function specifier(value: Typed, { spec, isBare, letter, whole, at }: Specifier): string {
  const mismatch = (wanted: string) =>
    new SqlError(`Invalid type for argument of FORMAT; Expected ${wanted}; Got ${renderType(value.type)}`, at);
  const padded = (text: string) => (isBare ? text : `bq_format_text(${text}, ${spec})`);
  switch (letter) {
    case 's': {
      const text = coerce(value, scalar('STRING'));
      if (!text) throw mismatch('STRING');
      return padded(text.sql);
    }
    case 't':
      return padded(plainText(value.sql, value.type, at));
    case 'T':
      return padded(literalText(value.sql, value.type, at));
    case 'p':
    case 'P': {
      if (value.type.kind !== 'JSON') throw mismatch('JSON');
      const text = jsonText(value.sql, value.type);
      return padded(`CASE WHEN ${value.sql} IS NOT NULL THEN ${letter === 'P' ? `bq_json_pretty(${text})` : text} END`);
    }
    case 'd':
    case 'i':
    case 'o':
    case 'x':
    case 'X': {
      const integer = coerce(value, scalar('INT64'));
      if (!integer) throw mismatch('INTEGER');
      return isBare && (letter === 'd' || letter === 'i')
        ? `CAST(${integer.sql} AS VARCHAR)`
        : `bq_format_integer(${integer.sql}, ${spec})`;
    }
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G': {
      if (value.type.kind === 'NUMERIC') return `bq_format_decimal(bq_numeric_text(${value.sql}), ${spec})`;
      if (value.type.kind === 'BIGNUMERIC') return `bq_format_decimal(bq_bignumeric_text(${value.sql}), ${spec})`;
      const float = coerce(value, scalar('FLOAT64'));
      if (!float) throw mismatch('DOUBLE');
      return `bq_format_float(${float.sql}, ${spec})`;
    }
    default:
      throw new SqlError(`Invalid format specifier ${whole} in FORMAT`, at);
  }
}
