import type { Call } from '../parse/tree.ts';
import { MOST_WIDTH } from '../scalars/formats.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { quoteText, renderType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { analyze, constantText } from './expressions.ts';
import { literalText, plainText } from './format-text.ts';
import { jsonText } from './json-text.ts';
import { type Typed, typed } from './typed.ts';

/** FORMAT with a literal format → the concatenation of its specifiers, each an expression over its argument. */
export function analyzeFormat(call: Call, env: Env): Typed {
  const [first, ...values] = call.args.map((arg) => analyze(arg, env));
  const format = first && constantText(first);
  if (first?.literal?.kind === 'null') return typed('CAST(NULL AS VARCHAR)', scalar('STRING'));
  if (format === undefined) throw unsupported('FORMAT with a format that is no literal', call.at);
  const parts: string[] = [];
  let next = 0;
  /** The next argument, if there is one: a count that does not fit is told last, as GoogleSQL does. */
  const take = (): Argument | undefined => {
    const value = values[next++];
    return value && { value, place: next + 1, at: call.at };
  };
  for (const element of readFormat(format, call.at)) {
    if (typeof element === 'string') {
      parts.push(quoteText(element));
      continue;
    }
    const { flags, width, precision, letter } = element;
    const counts = [width, precision].map((one) => (one === '*' ? count(take()) : quoteText(one ?? '')));
    const dot = precision === undefined ? '' : '.';
    const isLiteral = width !== '*' && precision !== '*';
    const spec = isLiteral
      ? quoteText(`${flags}${width}${dot}${precision ?? ''}${letter}`)
      : `(${[quoteText(flags), counts[0], quoteText(dot), counts[1], quoteText(letter)].join(' || ')})`;
    const argument = take();
    if (argument) parts.push(specifier(argument, { spec, isBare: spec === quoteText(letter), letter, format }));
  }
  if (next !== values.length)
    throw new SqlError(
      `Too ${next > values.length ? 'few' : 'many'} arguments to FORMAT for pattern "${format}"; Expected ${next + 1}; Got ${values.length + 1}`,
      call.at,
    );
  return typed(parts.length === 0 ? "''" : `(${parts.join(' || ')})`, scalar('STRING'));
}

interface Element {
  flags: string;
  /** Digits, `*` or empty. */
  width: string;
  precision: string | undefined;
  letter: string;
}

/** A format → its plain text and its specifiers, in turn. */
function readFormat(format: string, at: number): (string | Element)[] {
  const elements: (string | Element)[] = [];
  const invalid = () => new SqlError(`Invalid FORMAT string: "${format}"`, at);
  let consumed = 0;
  for (const match of format.matchAll(/%([-+ 0#']*)(\*|\d*)(\.(?:\*|\d*))?([^\n])|([^%]+)/gu)) {
    const [whole, flags = '', width = '', precision, letter = '', text] = match;
    if (match.index !== consumed) throw invalid();
    consumed += whole.length;
    if (text !== undefined) elements.push(text);
    else if (letter === '%') {
      if (whole !== '%%') throw invalid();
      elements.push('%');
    } else {
      if (Number(width) > MOST_WIDTH)
        throw new SqlError(
          `Width ${width} exceeds the maximum supported output width of FORMAT. Limit: ${MOST_WIDTH}`,
          at,
        );
      // A lone point is a precision of none.
      elements.push({ flags, width, precision: precision?.slice(1).replace(/^$/, '0'), letter });
    }
  }
  if (consumed !== format.length) throw invalid();
  return elements;
}

interface Argument {
  value: Typed;
  /** Counted from 1, the format being the first. */
  place: number;
  at: number;
}

function mismatch({ value, place, at }: Argument, wanted: string): SqlError {
  return new SqlError(
    `Invalid type for argument ${place} to FORMAT; Expected ${wanted}; Got ${renderType(value.type)}`,
    at,
  );
}

/** A width or precision that an argument gives. */
function count(argument: Argument | undefined): string {
  if (argument && argument.value.type.kind !== 'INT64') throw mismatch(argument, 'integer');
  return `CAST(${argument?.value.sql} AS VARCHAR)`;
}

interface Specifier {
  /** An expression for what stands behind the percent sign. */
  spec: string;
  /** Neither flags nor width nor precision. */
  isBare: boolean;
  letter: string;
  format: string;
}

/** Types are taken as they are: FORMAT converts nothing, an INT64 for %f is an error. */
function specifier(argument: Argument, { spec, isBare, letter, format }: Specifier): string {
  const { value, at } = argument;
  const { sql, type } = value;
  const padded = (text: string) => (isBare ? text : `bq_format_text(${text}, ${spec})`);
  switch (letter) {
    case 's':
      if (type.kind !== 'STRING') throw mismatch(argument, 'STRING');
      return padded(sql);
    case 't':
      return padded(plainText(sql, type, at));
    case 'T':
      return padded(literalText(sql, type, at));
    case 'p':
    case 'P': {
      if (type.kind !== 'JSON') throw mismatch(argument, 'PROTO or JSON');
      const text = jsonText(sql, type);
      return padded(`CASE WHEN ${sql} IS NOT NULL THEN ${letter === 'P' ? `bq_json_pretty(${text})` : text} END`);
    }
    case 'd':
    case 'i':
    case 'o':
    case 'x':
    case 'X':
      if (type.kind !== 'INT64') throw mismatch(argument, 'integer');
      return isBare && (letter === 'd' || letter === 'i')
        ? `CAST(${sql} AS VARCHAR)`
        : `bq_format_integer(${sql}, ${spec})`;
    case 'u':
      // BigQuery has no unsigned integers.
      throw mismatch(argument, 'UINT');
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      if (type.kind === 'NUMERIC') return `bq_format_decimal(bq_numeric_text(${sql}), ${spec})`;
      if (type.kind === 'BIGNUMERIC') return `bq_format_decimal(bq_bignumeric_text(${sql}), ${spec})`;
      if (type.kind !== 'FLOAT64') throw mismatch(argument, 'FLOAT64');
      return `bq_format_float(${sql}, ${spec})`;
    default:
      throw new SqlError(`Invalid format specifier character "${letter}" in FORMAT string: "${format}"`, at);
  }
}
