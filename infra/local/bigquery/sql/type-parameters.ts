import { failAs } from './macros/failures.ts';
import {
  arrayOf,
  physicalNames,
  quoteName,
  quoteText,
  type ScalarKind,
  type SqlType,
  scalar,
  type TypeParameters,
} from './types.ts';

type DecimalKind = 'NUMERIC' | 'BIGNUMERIC';
type DecimalParameters = Extract<TypeParameters, { precision: number }>;

/** Most digits before and behind the point. Source: cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_decimal_type */
export const DECIMAL_DIGITS: Record<DecimalKind, { integer: number; scale: number }> = {
  NUMERIC: { integer: 29, scale: 9 },
  BIGNUMERIC: { integer: 38, scale: 38 },
};

export const isDecimal = (kind: string): kind is DecimalKind => kind === 'NUMERIC' || kind === 'BIGNUMERIC';

/** `NUMERIC(10, 2)`, as BigQuery's messages spell it. */
export function renderParameterized(kind: string, parameters: TypeParameters | undefined): string {
  if (!parameters) return kind;
  if ('maxLength' in parameters) return `${kind}(${parameters.maxLength})`;
  const { precision, scale } = parameters;
  return `${kind}(${precision}${scale === 0 ? '' : `, ${scale}`})`;
}

/** `STRUCT<a NUMERIC(10, 2) NOT NULL>`: a column's type with what its values are held to. */
export function renderDeclared(type: SqlType): string {
  if (type.kind === 'ARRAY') return `ARRAY<${renderDeclared(type.element)}>`;
  if (type.kind !== 'STRUCT') return renderParameterized(type.kind, type.parameters);
  const fields = type.fields.map(
    (field) =>
      `${field.name === undefined ? '' : `${field.name} `}${renderDeclared(field.type)}${field.required ? ' NOT NULL' : ''}`,
  );
  return `STRUCT<${fields.join(', ')}>`;
}

/** Whether every value that `before` allows is allowed by `next` too. */
export function isAtLeastAsWide(before: TypeParameters | undefined, next: TypeParameters | undefined): boolean {
  if (!next) return true;
  if (!before) return false;
  if ('maxLength' in next) return 'maxLength' in before && before.maxLength <= next.maxLength;
  return (
    'scale' in before && before.scale <= next.scale && before.precision - before.scale <= next.precision - next.scale
  );
}

export function withoutParameters(type: SqlType): SqlType {
  if (type.kind === 'ARRAY') return arrayOf(withoutParameters(type.element));
  if (type.kind !== 'STRUCT') return scalar(type.kind);
  return { kind: 'STRUCT', fields: type.fields.map((one) => ({ name: one.name, type: withoutParameters(one.type) })) };
}

function isConstrained(type: SqlType): boolean {
  if (type.kind === 'ARRAY') return isConstrained(type.element);
  if (type.kind === 'STRUCT') return type.fields.some((field) => field.required || isConstrained(field.type));
  return type.parameters !== undefined;
}

/**
 * A value that is held to its declared type: decimals are rounded half away from zero to the scale; what has too many
 * digits or characters, or lacks a required field, fails with BigQuery's words. `field` names the column that is written.
 */
export function constrain(x: string, type: SqlType, field?: string): string {
  if (!isConstrained(type)) return x;
  // The value is looked at several times, and must be computed once: it may be costly, or random.
  return `list_transform([${x}], lambda v: ${constrained('v', type, field)})[1]`;
}

/** `x` is a name or a field of one. */
function constrained(x: string, type: SqlType, field: string | undefined): string {
  if (!isConstrained(type)) return x;
  if (type.kind === 'ARRAY') return `list_transform(${x}, lambda e: ${constrained('e', type.element, field)})`;
  if (type.kind === 'STRUCT') {
    const names = physicalNames(type.fields);
    const parts = type.fields.map((one, i) => {
      const name = names[i] ?? '';
      const value = `struct_extract(${x}, ${quoteText(name)})`;
      const path = field === undefined ? undefined : `${field}.${one.name}`;
      const missing = failAs(quoteText(`Required field ${path ?? one.name} cannot be null`), one.type);
      const held = constrained(value, one.type, path);
      return `${quoteName(name)} := ${one.required ? `CASE WHEN ${value} IS NULL THEN ${missing} ELSE ${held} END` : held}`;
    });
    return `CASE WHEN ${x} IS NOT NULL THEN struct_pack(${parts.join(', ')}) END`;
  }
  return type.parameters ? constrainedScalar(x, type.kind, type.parameters, field) : x;
}

function constrainedScalar(x: string, kind: ScalarKind, parameters: TypeParameters, field: string | undefined): string {
  const broken = quoteText((field === undefined ? '' : `Field ${field}: `) + describeLimit(kind, parameters));
  if ('maxLength' in parameters) {
    const length = kind === 'BYTES' ? `octet_length(${x})` : `length(${x})`;
    const long = failAs(`${broken} || ' but got a value with length ' || ${length}`, scalar(kind));
    return `CASE WHEN ${length} > ${parameters.maxLength} THEN ${long} ELSE ${x} END`;
  }
  return isDecimal(kind) ? constrainedDecimal(x, kind, parameters, broken) : x;
}

function constrainedDecimal(x: string, kind: DecimalKind, parameters: DecimalParameters, broken: string): string {
  const { precision, scale } = parameters;
  if (kind === 'BIGNUMERIC') {
    const fit = `bq_bignumeric_fit(${x}, ${precision}::BIGINT, ${scale}::BIGINT)`;
    return `CASE WHEN ${x} IS NOT NULL AND ${fit} IS NULL THEN ${failAs(broken, scalar(kind))} ELSE ${fit} END`;
  }
  const most = DECIMAL_DIGITS.NUMERIC;
  const rounded = scale === most.scale ? x : `CAST(${x} AS DECIMAL(38,${scale}))`;
  const back = scale === most.scale ? x : `CAST(${rounded} AS DECIMAL(38,9))`;
  const digits = precision - scale;
  if (digits >= most.integer) return back;
  const limit = `CAST('1${'0'.repeat(digits)}' AS DECIMAL(38,${scale}))`;
  return `CASE WHEN abs(${rounded}) >= ${limit} THEN ${failAs(broken, scalar(kind))} ELSE ${back} END`;
}

/** The rule in BigQuery's words; of a length, as far as the value's own. */
export function describeLimit(kind: ScalarKind, parameters: TypeParameters): string {
  const name = renderParameterized(kind, parameters);
  if ('maxLength' in parameters) return `${name} has maximum length ${parameters.maxLength}`;
  const { precision, scale } = parameters;
  const bound = `${'9'.repeat(precision - scale) || '0'}${scale > 0 ? `.${'9'.repeat(scale)}` : ''}`;
  return `${name} has precision ${precision} and scale ${scale} but got a value that is not in range of [-${bound}, ${bound}]`;
}
