import { readNumberModel } from '../decimals/number-model.ts';
import { failText } from '../macros/failures.ts';
import type { Expr } from '../parse/tree.ts';
import { SqlError, unsupported } from '../sql-error.ts';
import { checkRead, checkWritten, readTimeModel, type TimeKind } from '../times/time-model.ts';
import { constrain, withoutParameters } from '../type-parameters.ts';
import { isNumeric, renderType, type ScalarKind, type SqlType, scalar } from '../types.ts';
import type { Env } from './analysis.ts';
import { beforeTry } from './before-try.ts';
import { analyze, analyzeAs, constantText, signatureError } from './expressions.ts';
import { clockAndOffset } from './time-formats.ts';
import { readType } from './type-nodes.ts';
import { coerce, nullOf, type Typed, typed } from './typed.ts';

type Cast = Extract<Expr, { kind: 'cast' }>;

const isTime = (kind: SqlType['kind']): kind is TimeKind => ['DATE', 'DATETIME', 'TIME', 'TIMESTAMP'].includes(kind);

/** `CAST(x AS type FORMAT 'model')`. Source: cloud.google.com/bigquery/docs/reference/standard-sql/format-elements#formatting_syntax */
export function analyzeFormattedCast(expr: Cast, format: NonNullable<Cast['format']>, env: Env): Typed {
  const value = analyze(expr.of, env);
  const target = readType(expr.type);
  const to = withoutParameters(target);
  const given = analyze(format.model, env);
  const model = constantText(given);
  const { at } = format.model;
  if (given.literal?.kind === 'null' || value.literal?.kind === 'null') return typed(nullOf(to).sql, to);
  const zone = format.zone && analyzeAs(format.zone, scalar('STRING'), env, 'time zone').sql;
  const from = (coerce(value, value.type) ?? value).type.kind;
  if (zone !== undefined && from !== 'TIMESTAMP' && to.kind !== 'TIMESTAMP')
    throw new SqlError('AT TIME ZONE is for casts from and to TIMESTAMP', at);
  const written = coerce(given, scalar('STRING'));
  if (!written) throw signatureError('CAST … FORMAT', [given], at);
  const fromTo: Conversion = { model: written.sql, literal: model, at };
  let convert: ((x: string) => string) | undefined;
  if (isNumeric(scalar(from as ScalarKind)) && to.kind === 'STRING') convert = numbers(from as ScalarKind, fromTo);
  else if (isTime(from) && to.kind === 'STRING') convert = timeToText(from, zone ?? "'UTC'", fromTo);
  else if (from === 'STRING' && isTime(to.kind)) convert = textToTime(to.kind, zone ?? "'UTC'", env, fromTo);
  else if (from === 'BYTES' && to.kind === 'STRING') convert = encoding(FROM_BYTES, fromTo);
  else if (from === 'STRING' && to.kind === 'BYTES') convert = encoding(TO_BYTES, fromTo);
  if (!convert) throw unsupported(`CAST … FORMAT from ${renderType(value.type)} to ${renderType(to)}`, at);
  const done = convert;
  const whole = (x: string) => constrain(done(x), target);
  return typed(expr.safe ? beforeTry([value.sql], ([x = '']) => `TRY(${whole(x)})`) : whole(value.sql), to);
}

/** A model as SQL; its text where it is a literal, and where it stands. */
interface Conversion {
  model: string;
  literal: string | undefined;
  at: number;
}

/** A literal model is found fault with where it stands, not at the first row. */
function check({ literal, at }: Conversion, read: (model: string) => void): void {
  if (literal === undefined) return;
  try {
    read(literal);
  } catch (error) {
    throw new SqlError((error as Error).message, at);
  }
}

function numbers(kind: ScalarKind, conversion: Conversion): (x: string) => string {
  check(conversion, readNumberModel);
  return (x) => `bq_model_${kind.toLowerCase()}(${x}, ${conversion.model})`;
}

function timeToText(kind: TimeKind, zone: string, conversion: Conversion): (x: string) => string {
  check(conversion, (model) => checkWritten(readTimeModel(model), kind));
  return (x) => {
    const { clock, offset } = clockAndOffset(x, kind, zone);
    return `bq_write_time(${clock}, ${offset}, '${kind}', ${conversion.model})`;
  };
}

/** The text is read into one of GoogleSQL's own form, with an offset behind it where the model has one. */
function textToTime(kind: TimeKind, zone: string, env: Env, conversion: Conversion): (x: string) => string {
  check(conversion, (model) => checkRead(readTimeModel(model), kind));
  const now = `bq_local(make_timestamptz(${env.analysis.now}), ${zone})`;
  const stamp = 'CAST(left(t, 26) AS TIMESTAMP)';
  const made = {
    DATE: 'CAST(left(t, 10) AS DATE)',
    TIME: 'CAST(substr(t, 12) AS TIME)',
    DATETIME: stamp,
    TIMESTAMP: `CASE WHEN length(t) > 26 THEN bq_at_offset_text(${stamp}, substr(t, 27)) ELSE bq_instant(${stamp}, ${zone}) END`,
  }[kind];
  return (x) =>
    `list_transform([bq_read_time(${x}, '${kind}', ${conversion.model}, year(${now}), month(${now}))], lambda t: ${made})[1]`;
}

type Encodings = Record<string, (x: string) => string>;
const NOT_ASCII = failText("'The value holds characters that are not ASCII'");
const ascii = (text: string, value: string) =>
  `CASE WHEN regexp_full_match(${text}, '[\\x00-\\x7f]*') THEN ${value} ELSE ${NOT_ASCII} END`;

const FROM_BYTES: Encodings = {
  HEX: (x) => `lower(hex(${x}))`,
  BASE2: (x) => `bq_to_base2(${x})`,
  BASE8: (x) => `bq_to_base8(${x})`,
  BASE16: (x) => `lower(hex(${x}))`,
  BASE64: (x) => `to_base64(${x})`,
  BASE32: (x) => `bq_to_base32(${x})`,
  ASCII: (x) => ascii(`bq_bytes_text(${x})`, `bq_bytes_text(${x})`),
  UTF8: (x) => `bq_bytes_text(${x})`,
  'UTF-8': (x) => `bq_bytes_text(${x})`,
};
const bare = (x: string) => `regexp_replace(${x}, '\\s', '', 'g')`;
const TO_BYTES: Encodings = {
  HEX: (x) => `bq_from_hex(${x})`,
  BASE2: (x) => `bq_from_base2(${x})`,
  BASE8: (x) => `bq_from_base8(${x})`,
  BASE16: (x) => `bq_from_hex(${x})`,
  BASE64: (x) => `bq_from_base64(${bare(x)})`,
  BASE64M: (x) => `bq_from_base64(${bare(x)})`,
  BASE32: (x) => `bq_from_base32(${x})`,
  ASCII: (x) => `encode(${ascii(x, x)})`,
  UTF8: (x) => `encode(${x})`,
  'UTF-8': (x) => `encode(${x})`,
};

function encoding(known: Encodings, { literal: model, at }: Conversion): (x: string) => string {
  if (model === undefined) throw unsupported('CAST … FORMAT of BYTES with a format that is no literal', at);
  const found = known[model.toUpperCase()];
  if (!found) throw unsupported(`the format ${JSON.stringify(model)} for BYTES`, at);
  return found;
}
