import type { Call } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { quoteText, renderType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { castTo } from './casts.ts';
import { analyze, constantText } from './expressions.ts';
import { coerce, type Typed, typed } from './typed.ts';

/** FORMAT with a literal format of %s, %t, %d, %i, %x, %o, %f, %% and simple flags; what else it can do is refused. */
export function analyzeFormat(call: Call, env: Env): Typed {
  const [first, ...values] = call.args.map((arg) => analyze(arg, env));
  const format = first && constantText(first);
  if (format === undefined) throw unsupported('FORMAT with a format that is no literal', call.at);
  const parts: string[] = [];
  let next = 0;
  let consumed = 0;
  for (const match of format.matchAll(/%([-+ 0#']*)(\d+|\*)?(?:\.(\d+|\*))?([a-zA-Z%])|([^%]+)/gs)) {
    const [whole, flags = '', width, precision, letter, text] = match;
    consumed += whole.length;
    if (text !== undefined) parts.push(quoteText(text));
    else if (letter === '%') parts.push("'%'");
    else {
      const value = values[next++];
      if (!value) throw new SqlError(`Too few arguments to FORMAT for pattern "${format}"`, call.at);
      parts.push(specifier(value, { flags, width, precision, letter: letter ?? '', whole, at: call.at }));
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

interface Specifier {
  flags: string;
  width: string | undefined;
  precision: string | undefined;
  letter: string;
  whole: string;
  at: number;
}

function specifier(value: Typed, spec: Specifier): string {
  const { letter, whole, at } = spec;
  if (spec.width === '*' || spec.precision === '*' || /[+ #']/.test(spec.flags))
    throw unsupported(`FORMAT specifier ${whole}`, at);
  const mismatch = () =>
    new SqlError(
      `Invalid type for argument of FORMAT; Expected ${letter === 's' ? 'STRING' : 'INTEGER'}; Got ${renderType(value.type)}`,
      at,
    );
  switch (letter) {
    case 's': {
      const text = coerce(value, scalar('STRING'));
      if (!text) throw mismatch();
      return pad(spec.precision === undefined ? text.sql : `left(${text.sql}, ${spec.precision})`, {
        ...spec,
        flags: spec.flags.replace('0', ''),
      });
    }
    case 't': {
      if (
        value.type.kind === 'ARRAY' ||
        value.type.kind === 'STRUCT' ||
        value.type.kind === 'JSON' ||
        value.type.kind === 'BYTES' ||
        spec.precision
      )
        throw unsupported(`FORMAT specifier ${whole} of ${renderType(value.type)}`, at);
      const text =
        value.type.kind === 'FLOAT64'
          ? `bq_format_double(${value.sql})`
          : castTo(value, scalar('STRING'), false, at).sql;
      return pad(`coalesce(${text}, 'NULL')`, { ...spec, flags: spec.flags.replace('0', '') });
    }
    case 'd':
    case 'i':
      if (value.type.kind !== 'INT64' || spec.precision !== undefined) {
        if (value.type.kind === 'NUMERIC' || spec.precision !== undefined)
          throw unsupported(`FORMAT specifier ${whole} of ${renderType(value.type)}`, at);
        throw mismatch();
      }
      return padNumber(`CAST(${value.sql} AS VARCHAR)`, spec);
    case 'x':
    case 'X':
    case 'o':
      if (value.type.kind !== 'INT64') throw mismatch();
      return padNumber(
        letter === 'o'
          ? `bq_octal(${value.sql})`
          : letter === 'x'
            ? `bq_hex(${value.sql})`
            : `upper(bq_hex(${value.sql}))`,
        spec,
      );
    case 'f':
    case 'F': {
      const float = coerce(value, scalar('FLOAT64'));
      if (!float || value.type.kind === 'NUMERIC' || value.type.kind === 'BIGNUMERIC')
        throw unsupported(`FORMAT specifier ${whole} of ${renderType(value.type)}`, at);
      return padNumber(`printf('%.${spec.precision ?? 6}f', ${float.sql})`, spec);
    }
    default:
      throw unsupported(`FORMAT specifier ${whole}`, at);
  }
}

function pad(text: string, spec: Specifier): string {
  if (spec.width === undefined) return text;
  return `bq_pad(${text}, ${spec.width}, ${spec.flags.includes('-')})`;
}

function padNumber(text: string, spec: Specifier): string {
  if (spec.width === undefined || !spec.flags.includes('0') || spec.flags.includes('-')) return pad(text, spec);
  return `bq_pad_zero(${text}, ${spec.width})`;
}
